"""A case in plain words: history lines, deadlines and ages as people say them."""

from datetime import date, datetime, timedelta

from avvik.queries.sak import Linje, Ordliste
from avvik.rules import Who
from kjerne.clock import oslo_date
from kjerne.i18n import Lazy, fshort, gettext, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l

SOON_DAYS = 1

#: slag → the sentence. %(kven)s is who, %(fra)s and %(til)s what changed.
HENDINGAR: dict[str, Lazy] = {
    "meldt": _l("Meldt av %(kven)s. Kvittering gitt."),
    "starta": _l("%(kven)s starta behandlinga."),
    "forste_svar": _l("Første svar til meldaren frå %(kven)s."),
    "svar": _l("%(kven)s svarte meldaren."),
    "sporsmal": _l("%(kven)s spurde meldaren."),
    "opplysning": _l("Meldaren la til opplysningar."),
    "kommentar": _l("%(kven)s kommenterte."),
    "alvor_endra": _l("%(kven)s endra alvoret frå %(fra)s til %(til)s."),
    "type_endra": _l("%(kven)s endra kategorien frå «%(fra)s» til «%(til)s»."),
    "stadfesta": _l("%(kven)s stadfesta type og alvor."),
    "send_vidare": _l("%(kven)s sende saka frå %(fra)s til %(til)s."),
    "tildelt": _l("%(kven)s gav saka til %(til)s."),
    "arsak": _l("%(kven)s sette årsak: %(til)s."),
    "tiltak": _l("%(kven)s la til eit tiltak."),
    "prosedyre": _l("%(kven)s knytte saka til prosedyren «%(til)s»."),
    "ros": _l("%(kven)s knytte saka til %(til)s."),
    "ros_bort": _l("%(kven)s tok bort koplinga til %(til)s."),
    "prosedyre_bort": _l("%(kven)s tok bort koplinga til «%(til)s»."),
    "prosedyre_onske": _l("%(kven)s bad om endring av «%(til)s»."),
    "prosedyre_ny": _l("%(kven)s bad om ein ny prosedyre."),
    "prosedyre_avslege": _l("Ønsket om endra prosedyre er ikkje teke til følgje."),
    "prosedyre_endra": _l("Saka førte til endra prosedyre: %(til)s."),
    "ny_prosedyre": _l("Saka førte til ny prosedyre: %(til)s."),
    "meldeplikt_lagt_til": _l("%(kven)s la til meldeplikt: %(til)s."),
    "meldeplikt_kjent": _l("%(kven)s skreiv når det blei kjent: %(til)s."),
    "meldeplikt_avgjort": _l("%(kven)s avgjorde meldeplikt: %(fra)s."),
    "utfall": _l("%(kven)s valde utfall: %(til)s."),
    "lenkje": _l("%(kven)s knytte saka til %(til)s."),
    "vedlegg": _l("%(kven)s la ved ei fil."),
    "ventar_effekt": _l("%(kven)s ventar på effekten før saka blir lukka."),
    "varsel": _l("%(kven)s merkte saka som varsel."),
    "gjeld_leiar": _l("%(kven)s merkte at saka gjeld leiaren."),
    "lofta": _l("Saka er lyfta til %(til)s."),
    "namn_opna": _l("%(kven)s opna namnet på meldaren."),
    "lukka": _l("%(kven)s lukka saka."),
    "avvist": _l("%(kven)s vurderte at dette ikkje er eit avvik."),
    "duplikat": _l("%(kven)s såg at same hending er meldt i %(til)s. Ho blir følgd opp der."),
    "samla_slutt": _l("Saka som denne er slått saman med, %(til)s, er avslutta."),
    "duplikat_inn": _l("%(kven)s slo saman med %(fra)s: %(til)s hendingar i alt."),
    "duplikat_ut": _l("Samanslåinga med %(fra)s er oppheva: %(til)s hendingar i alt."),
    "gjenopna": _l("%(kven)s opna saka att."),
    "sladd": _l("%(kven)s sladda tekst eller filer i saka."),
    "innvending": _l("Meldaren var ikkje samd og bad om ny vurdering."),
    "tiltak_utfort": _l("Eit tiltak er utført."),
    "tiltak_avlyst": _l("Eit tiltak er avlyst."),
    "effekt_god": _l("Effekten av eit tiltak er vurdert: det verka."),
    "effekt_darleg": _l("Effekten av eit tiltak er vurdert: det verka ikkje."),
    "effekt_opna": _l("Eit tiltak verka ikkje, så saka er opna att."),
}
REPORTER = _l("meldaren")
SYSTEM = _l("Systemet")
_CODES = {"type_endra": "underkategori", "arsak": "arsak", "utfall": "utfall"}


def _codes(words: Ordliste, kind: str, text: str) -> str:
    return ", ".join(words.label(kind, code.strip()) for code in text.split(",") if code.strip())


def who(linje: Linje) -> str:
    """The actor's name; "meldaren" when it is hidden; the system when nobody did it."""
    if linje.namn:
        return linje.namn
    return gettext(REPORTER.text) if linje.hending.aktor == Who.REPORTER.value else gettext(SYSTEM.text)


def sentence(linje: Linje, words: Ordliste, duties: dict[str, str]) -> str:
    """A history line as a whole sentence in the language in force. `duties`: code → the authority's name."""
    row = linje.hending
    pattern = HENDINGAR.get(row.slag)
    if pattern is None:
        return str(row.slag)
    kind = _CODES.get(row.slag)
    fra, til = row.fra, row.til
    if kind:
        fra, til = _codes(words, kind, fra), _codes(words, kind, til)
    if row.slag.startswith("meldeplikt"):
        fra, til = duties.get(fra, fra), duties.get(til, til)
    return pattern % {"kven": who(linje), "fra": fra, "til": til}


def due(day: date, today: date) -> tuple[str, str]:
    """A deadline in words with its kind: "3 d over" (bad), "I dag" and "I morgon" (obs), else the date (plain)."""
    late = (today - day).days
    if late > 0:
        return _("%(n)s d over", n=late), "bad"
    if late == 0:
        return _("I dag"), "obs"
    if late == -SOON_DAYS:
        return _("I morgon"), "obs"
    return fshort(day), ""


def age(since: datetime, today: date) -> str:
    """How old a case is: "i dag", "3 d gammal"."""
    days = (today - oslo_date(since)).days
    return _("Ny i dag") if days <= 0 else ngettext("%(num)s d gammal", "%(num)s d gammal", days)


def left(deadline: datetime, now: datetime) -> tuple[str, str]:
    """What is left of a legal clock: ("29 t 10 min att", kind). Over: "3 t over fristen"."""
    rest = deadline - now
    over = rest < timedelta(0)
    minutes = abs(int(rest.total_seconds())) // 60
    hours, mins = divmod(minutes, 60)
    if over:
        return _("%(t)s t %(m)s min over fristen", t=hours, m=mins), "bad"
    return _("%(t)s t %(m)s min att", t=hours, m=mins), "obs" if hours < 24 else ""
