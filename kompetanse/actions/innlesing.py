"""Import of course lists such as KS Læring exports: match person and course, say what would change, then do exactly that.

Twice changes nothing: a person has one piece of evidence for each competence and date. Courses nobody has mapped are listed and
passed over, never kept: a list may hold what we must not know (vaccines, illness).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select

from administrasjon.innlesing import Row, parse_day, read_table
from kjerne import log
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.i18n import Lazy
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import in_force
from kjerne.models import Person, PersonEining
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions import bevis
from kompetanse.models import Kompetanse, Kompetansebevis
from kompetanse.rules import Kjelde, Status

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "kurs": ("kurs", "kursnamn", "kursnavn", "læringsaktivitet", "aktivitet", "tittel", "kompetanse", "course"),
    "namn": ("namn", "navn", "fulltnamn", "fulltnavn", "deltaker", "deltakar", "fornavn", "fornamn", "name"),
    "etternamn": ("etternamn", "etternavn", "lastname"),
    "ansattnr": ("ansattnr", "ansattnummer", "tilsettnr", "tilsettnummer", "ressursnr", "ressursnummer", "employeenumber"),
    "epost": ("epost", "epostadresse", "mail", "email", "brukernavn", "brukarnamn"),
    "dato": ("dato", "fullført", "fullførtdato", "fullførtdatotid", "gjennomført", "gjennomførtdato", "bestått", "completed"),
    "gyldig_til": ("gyldigtil", "utløper", "utløpsdato", "gårut", "validto"),
    "resultat": ("resultat", "status", "bestått/ikkebestått", "result"),
    "slag": ("slag", "type", "kurstype", "bevis"),
    "niva": ("nivå", "niva", "level"),
}
PASSED = frozenset({"", "fullført", "fullfoert", "bestått", "gjennomført", "godkjent", "godkjend", "ja", "completed", "passed"})


class Utfall(StrEnum):
    """What happens to a row."""

    NY = "ny"
    STADFEST = "stadfest"
    UENDRA = "uendra"
    FEIL = "feil"


UTFALLNAMN: dict[Utfall, Lazy] = {
    Utfall.NY: _l("Ny"),
    Utfall.STADFEST: _l("Blir stadfest"),
    Utfall.UENDRA: _l("Uendra"),
    Utfall.FEIL: _l("Ikkje teken med"),
}


@dataclass(frozen=True)
class Rad:
    """A row of the file: who and what it was matched with, or why not. `maate`: how the person was found."""

    nummer: int
    person: str
    kurs: str
    utfall: Utfall
    maate: str = ""
    grunn: str = ""
    person_id: int = 0
    kompetanse_id: int = 0
    dato: date | None = None
    gyldig_til: date | None = None
    slag: str = "kurs"
    niva: int = rules.STANDARD_NIVA


@dataclass(frozen=True)
class Innlesing:
    """What a file would do."""

    filnamn: str
    rader: tuple[Rad, ...]
    hoppa_over: tuple[str, ...] = ()

    def count(self, utfall: Utfall) -> int:
        """How many rows end so."""
        return sum(1 for row in self.rader if row.utfall is utfall)

    def unknown_courses(self) -> list[tuple[str, int]]:
        """Course names nobody has mapped, with how many rows each."""
        found: dict[str, int] = {}
        for row in self.rader:
            if row.utfall is Utfall.FEIL and row.person_id and not row.kompetanse_id:
                found[row.kurs] = found.get(row.kurs, 0) + 1
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    def as_json(self) -> dict[str, object]:
        """For programs: counts, and each row that was not taken in, by its number and reason."""
        refused = [{"rad": row.nummer, "grunn": row.grunn} for row in self.rader if row.utfall is Utfall.FEIL]
        return {
            "inn": self.count(Utfall.NY) + self.count(Utfall.STADFEST),
            "uendra": self.count(Utfall.UENDRA),
            "avvist": refused,
            "atvaringar": [f"{name}: {count}" for name, count in self.unknown_courses()],
        }


def plain(text: str) -> str:
    """A name as it is compared: small letters, without signs and blanks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


@dataclass(frozen=True)
class Kjend:
    """What the file is held against: read once. Only persons whose competence the reader may confirm."""

    nummer: Mapping[str, Person]
    epost: Mapping[str, Person]
    namn: Mapping[str, Person | None]
    kurs: Mapping[str, Kompetanse]
    har: Mapping[tuple[int, int, date], str]
    ekspert: frozenset[int]
    today: date


def _known(work: Work) -> Kjend:
    query = select(Person)
    if work.person is not None:
        there = select(PersonEining.person_id).where(PersonEining.eining_id.in_(work.units(Right.KOMPETANSE_SKRIV)))
        query = query.where(Person.id.in_(there), Person.id != work.me.id)
    people = work.db.scalars(query).all()
    names: dict[str, Person | None] = {}
    for person in people:
        key = plain(person.namn)
        names[key] = None if key in names else person
    courses: dict[str, Kompetanse] = {}
    for row in work.db.scalars(in_force(Kompetanse, work.today)):
        for name in (row.kode, row.nn, row.nb, row.en, *row.kursnamn.split("|")):
            if plain(name):
                courses.setdefault(plain(name), row)
    ids = {person.id for person in people}
    held = work.db.execute(
        select(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id, Kompetansebevis.dato, Kompetansebevis.status)
    )
    return Kjend(
        {person.ansattnr: person for person in people},
        {person.epost.casefold(): person for person in people if person.epost},
        names,
        courses,
        {(row[0], row[1], row[2]): row[3] for row in held if row[0] in ids},
        frozenset(row.id for row in courses.values() if row.stadfestar == rules.Stadfestar.FAGANSVARLEG),
        work.today,
    )


def plan_import(work: Work, data: bytes, filename: str) -> Innlesing:
    """What a file would change. Writes nothing. Raises `Refused` when it cannot be read as a whole."""
    table = read_table(data, filename, HEADINGS, work.today)
    known = _known(work)
    seen: set[tuple[int, int, date]] = set()
    return Innlesing(filename, tuple(_planned(work, row, known, seen) for row in table.rows), table.passed_over)


def _person(row: Row, known: Kjend) -> tuple[Person | None, str, str]:
    """(person, how she was found, why not)."""
    number, mail = row.get("ansattnr"), row.get("epost").casefold()
    if number:
        found = known.nummer.get(number)
        return found, _("tilsettnummer"), _("Ingen i einingane dine har dette tilsettnummeret.")
    if mail and mail in known.epost:
        return known.epost[mail], _("e-post"), ""
    name = plain(f"{row.get('namn')} {row.get('etternamn')}")
    if name in known.namn:
        return known.namn[name], _("namn"), _("Fleire har dette namnet. Bruk tilsettnummer eller e-post.")
    return None, "", _("Personen finst ikkje i einingane dine.")


def _planned(work: Work, row: Row, known: Kjend, seen: set[tuple[int, int, date]]) -> Rad:  # noqa: PLR0911 - each reason a row is refused for
    shown = f"{row.get('namn')} {row.get('etternamn')}".strip() or row.get("ansattnr")
    course = row.get("kurs")

    def refused(why: str, person: Person | None = None, kompetanse: Kompetanse | None = None) -> Rad:
        return Rad(
            row.number,
            shown,
            course,
            Utfall.FEIL,
            grunn=why,
            person_id=person.id if person else 0,
            kompetanse_id=kompetanse.id if kompetanse else 0,
        )

    if row.faults:
        return refused(row.faults[0])
    person, how, why = _person(row, known)
    if person is None:
        return refused(why)
    kompetanse = known.kurs.get(plain(course))
    if kompetanse is None or kompetanse.delegasjon:
        return refused(_("Kurset er ikkje knytt til ein kompetanse i katalogen."), person)
    if plain(row.get("resultat")) not in {plain(word) for word in PASSED}:
        return refused(_("Ikkje fullført eller ikkje bestått."), person, kompetanse)
    try:
        dato, til, niva = _values(row, known.today)
    except ValueError as error:
        return refused(str(error), person, kompetanse)
    if kompetanse.id in known.ekspert and not bevis.may_judge(work, kompetanse, person):
        return refused(_("Berre fagansvarleg eller kvalitetskoordinator kan stadfeste denne."), person, kompetanse)
    key = (person.id, kompetanse.id, dato)
    before = known.har.get(key)
    again = key in seen or before == Status.STADFESTA
    seen.add(key)
    utfall = Utfall.UENDRA if again else Utfall.NY if before is None else Utfall.STADFEST
    kinds = {plain(code): code for code in rules.BEVISSLAG} | {plain(str(name)): code for code, name in rules.BEVISSLAG.items()}
    slag = kinds.get(plain(row.get("slag")), kompetanse.bevis.split("|")[0])
    return Rad(row.number, person.namn, course, utfall, how, "", person.id, kompetanse.id, dato, til, slag, niva)


def _values(row: Row, today: date) -> tuple[date, date | None, int]:
    """Date, last valid day, level. Raises ValueError with a sentence."""
    try:
        dato = parse_day(row.get("dato"))
    except ValueError:
        raise ValueError(_("Datoen manglar eller er ukjend.")) from None
    if dato > today:
        raise ValueError(_("Datoen er fram i tid."))
    try:
        til = parse_day(row.get("gyldig_til")) if row.get("gyldig_til") else None
    except ValueError:
        raise ValueError(_("Utløpsdatoen er ukjend.")) from None
    if til is not None and til < dato:
        raise ValueError(_("Utløpsdatoen er før datoen."))
    level = row.get("niva")
    if level and level not in {str(one) for one in rules.NIVANAMN}:
        raise ValueError(_("Nivået skal vere 0–4."))
    return dato, til, int(level) if level else rules.STANDARD_NIVA


def apply_import(work: Work, plan: Innlesing) -> int:
    """Do what the plan says. Returns how many pieces of evidence are new or confirmed."""
    if work.person is not None and not work.has(Right.KOMPETANSE_SKRIV):
        raise NotFound
    chosen = [row for row in plan.rader if row.utfall in {Utfall.NY, Utfall.STADFEST}]
    people = _by_id(work, {row.person_id for row in chosen})
    entries = {row.id: row for row in work.db.scalars(in_force(Kompetanse, work.today))}
    for row in chosen:
        if row.dato is not None:
            bevis.record_for(
                work,
                people[row.person_id],
                entries[row.kompetanse_id],
                niva=row.niva,
                dato=row.dato,
                slag=row.slag,
                kjelde=Kjelde.IMPORT,
                gyldig_til=row.gyldig_til,
            )
    if chosen:
        log.record(work, "innlesing", "kompetanse", "innlesing:skriven", nye=len(chosen), feil=plan.count(Utfall.FEIL))
    return len(chosen)


def _by_id(work: Work, ids: Iterable[int]) -> dict[int, Person]:
    return {person.id: person for person in work.db.scalars(select(Person).where(Person.id.in_(list(ids))))}
