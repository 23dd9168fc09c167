"""The log's codes in plain words. A code nobody has put words to is shown as it stands, never hidden."""

from collections.abc import Mapping

from administrasjon import loggord
from kjerne.i18n import Lazy
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Loggline

SUBJECTS: Mapping[str, Lazy] = {
    "person": _l("Person"),
    "eining": _l("Eining"),
    "gruppe": _l("Tilgangsgruppe"),
    "innlesing": _l("Innlesing"),
    "innstilling": _l("Innstilling"),
    "katalog": _l("Katalog"),
    "avvik": _l("Avvik"),
    "tiltak": _l("Tiltak"),
    "ros": _l("Risikoanalyse"),
    "ros_sett": _l("Skalaer og fargar for ROS"),
    "system": _l("System"),
}

EVENTS: Mapping[str, Lazy] = {
    "konto:logga-inn": _l("logga inn"),
    "konto:logga-ut": _l("logga ut"),
    "konto:logga-ut-overalt": _l("logga ut overalt"),
    "konto:bremsa": _l("innlogging bremsa etter fleire feil passord"),
    "konto:passord-endra": _l("passord bytt"),
    "konto:invitert": _l("invitert til å velje passord"),
    "konto:stengd": _l("konto stengd"),
    "konto:opna": _l("konto opna"),
    "person:laga": _l("person lagd inn"),
    "person:endra": _l("person endra"),
    "person:pseudonymisert": _l("namnet teke bort etter at ho slutta"),
    "person:borte": _l("fråvær endra"),
    "person:plassert": _l("arbeidsstad endra"),
    "tilgang:gitt": _l("rolle gitt"),
    "tilgang:teken": _l("rolle teken tilbake"),
    "gruppe:inn": _l("person sett i gruppa"),
    "gruppe:ut": _l("person teken ut av gruppa"),
    "eining:laga": _l("eining laga"),
    "eining:endra": _l("eining endra"),
    "eining:leiar": _l("leiar endra"),
    "eining:stedfortredar": _l("stedfortredar endra"),
    "eining:flytta": _l("eining flytta"),
    "eining:slegen-saman": _l("eining slegen saman med ei anna"),
    "eining:avslutta": _l("eining avslutta"),
    "innlesing:skriven": _l("fil lesen inn"),
    "innstilling:endra": _l("innstillingar endra"),
    "katalog:ny": _l("lagt til i katalogen"),
    "katalog:endra": _l("katalog endra"),
    "katalog:avslutta": _l("teke ut av bruk"),
    "katalog:attende": _l("teke i bruk att"),
    "katalog:droppa": _l("planlagd endring teken bort"),
    "katalog:flytta": _l("rekkjefølgja endra"),
    "innstilling:meldeordning": _l("meldeordning stadfesta"),
}

#: What happened to a row of a reference table, on the pages of the settings.
ENDRINGAR: Mapping[str, Lazy] = {
    "ny": _l("Lagt til"),
    "endra": _l("Endra"),
    "avslutta": _l("Teke ut av bruk"),
    "attende": _l("Teke i bruk att"),
    "droppa": _l("Planlagd endring teken bort"),
    "flytta": _l("Flytta i lista"),
}

#: The settings by the names people know them under, and the columns every table has.
INNSTILLINGAR: Mapping[str, Lazy] = {
    "kommune": _l("Namnet på kommunen"),
    "sprak": _l("Språk for nye brukarar"),
    "varselkanal": _l("Kritikkverdige forhold: korleis ein varslar her"),
    "klagekanal": _l("Klage frå pasient, brukar eller pårørande: kvar ho skal"),
    "tilgjengelegheitserklaering": _l("Adressa til tilgjengelegheitserklæringa"),
    "rapport_vedlegg": _l("Rapportar som vedlegg i e-post"),
    "slutta_dagar": _l("Dagar før ein som har slutta, får namnet teke bort"),
    "effekt_dagar": _l("Dagar før effekten av eit tiltak skal vurderast"),
    "gruppegrense": _l("Minste tal som blir vist om ei gruppe"),
    "farge": _l("Farge"),
    "logo": _l("Logo"),
    "meldeordning": _l("Ordning for alvorlege hendingar"),
    "gjeld_fra": _l("Gjeld frå og med"),
    "gjeld_til": _l("Gjeld til og med"),
    "rekkje": _l("Plass i lista"),
}


def subject(code: str) -> str:
    """What kind of thing a line is about."""
    return str(SUBJECTS.get(code) or loggord.SUBJECTS.get(code) or code)


def event(line: Loggline) -> str:
    """What happened: in words of its own, else what was done to the subject that stands beside it."""
    verb = line.hending.rpartition(":")[2]
    return str(EVENTS.get(line.hending) or loggord.VERBS.get(verb) or line.hending)


def change(line: Loggline) -> str:
    """The fields, codes and digests a line holds."""
    said = {True: _("ja"), False: _("nei")}
    return ", ".join(
        f"{loggord.FIELDS.get(key, key)}: {said[value] if isinstance(value, bool) else value}"
        for key, value in sorted(line.endring.items())
    )
