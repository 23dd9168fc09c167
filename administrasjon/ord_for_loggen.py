"""The log's codes in plain words. A code nobody has put words to is shown as it stands, never hidden."""

from collections.abc import Mapping

from kjerne.i18n import Lazy
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
    "innstilling:meldeordning": _l("meldeordning stadfesta"),
}


def subject(code: str) -> str:
    """What kind of thing a line is about."""
    return str(SUBJECTS.get(code, code))


def event(line: Loggline) -> str:
    """What happened."""
    return str(EVENTS.get(line.hending, line.hending))


def change(line: Loggline) -> str:
    """The fields, codes and digests a line holds."""
    return ", ".join(f"{key}: {value}" for key, value in sorted(line.endring.items()))
