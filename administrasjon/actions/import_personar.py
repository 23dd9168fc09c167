"""Import of people: what a file would change, and doing it. Employee numbers tell people apart; twice changes nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from administrasjon import innlesing, rules
from administrasjon.actions import einingar, personar, tilgangar
from administrasjon.actions.plan import Diff, ImportPlan, Kind, PlannedRow, Reading, State
from administrasjon.innlesing import Row
from kjerne.access import Right, Rolle
from kjerne.i18n import gettext as _
from kjerne.katalog import Yrke
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kjerne.work import Work

FIELDS = (*personar.FIELDS, "einingar", "rolle")
NONE: tuple[str, ...] = ()
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "fast": ("fast ansatt", "fast tilsett"),
    "mellombels": ("midlertidig", "midlertidig ansatt", "engasjement"),
    "tilkalling": ("tilkallingsvikar", "timelønn", "timeløn", "ekstravakt"),
    "laerling": ("lærling", "lære"),
    "innleigd": ("innleid", "byrå"),
}
ROLE_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "tilsett": ("ansatt", "medarbeider", "medarbeidar"),
    "leiar": ("leder", "einingsleiar", "enhetsleder", "avdelingsleder", "avdelingsleiar"),
    "verneombod": ("verneombud",),
    "personvernombod": ("personvernombud",),
    "fagansvarleg": ("fagansvarlig",),
    "brannvernleiar": ("brannvernleder",),
    "informasjonstryggleik": ("informasjonssikkerhet",),
    "leiing": ("ledelse",),
}


@dataclass(frozen=True)
class Known:
    """What the file is held against: read once."""

    people: Mapping[str, Person]
    emails: Mapping[str, str]
    units: Mapping[str, int]
    places: Mapping[int, tuple[str, ...]]
    roles: Mapping[int, frozenset[tuple[str, int]]]
    professions: Mapping[str, tuple[str, ...]]
    today: date


def _known(db: Session, today: date) -> Known:
    people = {person.ansattnr: person for person in db.scalars(select(Person))}
    units = {unit.kode: unit for unit in db.scalars(select(Eining)) if unit.is_active(today)}
    places: dict[int, tuple[str, ...]] = {}
    rows = select(PersonEining.person_id, Eining.kode).join(Eining, Eining.id == PersonEining.eining_id)
    for person_id, kode in db.execute(rows.order_by(PersonEining.hovud.desc(), Eining.kode)):
        places[person_id] = (*places.get(person_id, ()), kode)
    roles: dict[int, frozenset[tuple[str, int]]] = {}
    held = select(Tilgang.person_id, Tilgang.rolle, Tilgang.eining_id).where(
        Tilgang.gjeld_fra <= today, (Tilgang.gjeld_til.is_(None)) | (Tilgang.gjeld_til >= today)
    )
    for person_id, rolle, eining_id in db.execute(held):
        roles[person_id] = roles.get(person_id, frozenset()) | {(rolle, eining_id)}
    return Known(
        people=people,
        emails={person.epost: number for number, person in people.items() if person.epost},
        units={kode: unit.id for kode, unit in units.items()},
        places=places,
        roles=roles,
        professions={row.kode: (row.nn, row.nb, row.en) for row in db.scalars(select(Yrke))},
        today=today,
    )


def plan(db: Session, data: bytes, filename: str, today: date, scope: frozenset[int] | None) -> ImportPlan:
    """What the file would change. `scope`: units the importer may place people in; None is the system, which may all."""
    table = innlesing.read_table(data, filename, innlesing.PERSON_HEADINGS, today)
    known = _known(db, today)
    seen: dict[str, set[str]] = {"ansattnr": set(), "epost": set()}
    readings = [_read(row, known, seen) for row in table.rows]
    for reading in readings:
        _check_scope(reading, known, scope)
    rows = tuple(_planned(reading, known) for reading in readings)
    return ImportPlan(Kind.PERSONAR, filename, rows, table.passed_over)


def _read(row: Row, known: Known, seen: dict[str, set[str]]) -> Reading:
    reading = Reading(row)
    number, namn = row.get("ansattnr"), row.get("namn")
    if not number or len(number) > 40 or "@" in number:
        reading.faults.append(_("Tilsettnummeret manglar, er lengre enn 40 teikn eller er ei e-postadresse."))
    elif number in seen["ansattnr"]:
        reading.faults.append(_("Tilsettnummer %(nr)s står fleire gonger i fila.", nr=number))
    if not namn or len(namn) > 160:
        reading.faults.append(_("Namnet manglar eller er lengre enn 160 teikn."))
    seen["ansattnr"].add(number)
    reading.values["namn"] = namn
    reading.take("epost", _email, _("ikkje ei e-postadresse"), empty=None)
    reading.take("yrke", _one_of(known.professions), _("ukjent yrke"), empty=None)
    reading.take("stillingsprosent", _percent, _("skal vere frå 0 til 100"), empty=100)
    reading.take("einingar", _codes(known.units), _("ukjend einingskode"), empty=NONE)
    reading.take("tilsett_fra", innlesing.parse_day, _("ukjend dato"), empty=date(2020, 1, 1))
    for felt in ("tilsett_til", "borte_fra", "borte_til"):
        reading.take(felt, innlesing.parse_day, _("ukjend dato"), empty=None)
    forms = {code: (str(label), *SYNONYMS.get(code, ())) for code, label in rules.TILSETJINGSFORM.items()}
    reading.take("tilsetjingsform", _one_of(forms), _("ukjend tilsetjingsform"), empty="fast")
    reading.take("vakter", _shifts, _("ukjend vakttype"), empty="dag")
    roles = {code: (str(rules.GIVEN[code]), *ROLE_SYNONYMS.get(code, ())) for code in sorted(rules.IMPORTED)}
    reading.take("rolle", _some_of(roles), _("rolla er ukjend, eller må givast for hand"), empty=NONE)
    _check_email(reading, known, seen["epost"])
    _check_dates(reading, known.people.get(number))
    return reading


def _email(text: str) -> str:
    name, at, host = text.lower().partition("@")
    if not (name and at and "." in host and len(text) <= 200 and not any(sign in text for sign in " ,;<>\"'")):
        raise ValueError(text)
    return text.lower()


def _percent(text: str) -> int:
    number = float(text.removesuffix("%").strip().replace(",", "."))
    if not 0 <= number <= 100:
        raise ValueError(text)
    return int(number + 0.5)


def _one_of(known: Mapping[str, Iterable[str]]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        found = innlesing.match(text, known)
        if found is None:
            raise ValueError(text)
        return found

    return parse


def _some_of(known: Mapping[str, Iterable[str]]) -> Callable[[str], tuple[str, ...]]:
    one = _one_of(known)
    return lambda text: tuple(dict.fromkeys(one(word) for word in innlesing.words(text)))


def _codes(units: Mapping[str, int]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(innlesing.words(text)))
        if any(code not in units for code in codes):
            raise ValueError(text)
        return codes

    return parse


def _shifts(text: str) -> str:
    names = {code: (str(label), {"kveld": "aften"}.get(code, code)) for code, label in rules.VAKTER.items()}
    chosen = set(_some_of(names)(text))
    return ",".join(code for code in rules.VAKTER if code in chosen)


def _check_email(reading: Reading, known: Known, seen: set[str]) -> None:
    epost = reading.values.get("epost")
    if not isinstance(epost, str):
        return
    if epost in seen or known.emails.get(epost, reading.row.get("ansattnr")) != reading.row.get("ansattnr"):
        reading.faults.append(_("E-postadressa er alt i bruk av ein annan."))
    seen.add(epost)


def _check_dates(reading: Reading, person: Person | None) -> None:
    def value(felt: str) -> object:
        return reading.values.get(felt, getattr(person, felt) if person else None)

    for first, last in (("tilsett_fra", "tilsett_til"), ("borte_fra", "borte_til")):
        fra, til = value(first), value(last)
        if isinstance(fra, date) and isinstance(til, date) and til < fra:
            reading.faults.append(_("Til-datoen er før frå-datoen."))
        elif fra is None and til is not None and first == "borte_fra":
            reading.faults.append(_("Skriv òg frå og med når."))
    if reading.values.get("rolle") and not _main(reading, ()):
        reading.faults.append(_("Rolla treng ei eining: skriv einingskoden."))


def _main(reading: Reading, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    codes = reading.values.get("einingar", otherwise)
    return tuple(codes) if isinstance(codes, tuple) else ()


def _check_scope(reading: Reading, known: Known, scope: frozenset[int] | None) -> None:
    if scope is None or reading.faults:
        return
    person = known.people.get(reading.row.get("ansattnr"))
    before = known.places.get(person.id, ()) if person else ()
    after = _main(reading, before)
    touched = {known.units[code] for code in {*before, *after} if code in known.units}
    if not touched <= scope or not touched:
        reading.faults.append(_("Personen arbeider utanfor einingane du kan endre, eller har inga eining."))


def _planned(reading: Reading, known: Known) -> PlannedRow:
    row = reading.row
    number, namn = row.get("ansattnr"), row.get("namn")
    if reading.faults:
        return PlannedRow(row.number, number, namn, State.FEIL, reasons=tuple(reading.faults))
    person = known.people.get(number)
    before = _before(person, reading, known) if person else {}
    diffs = tuple(
        Diff(felt, _text(before.get(felt)), _text(reading.values[felt]))
        for felt in FIELDS
        if felt in reading.values
        if (before[felt] != reading.values[felt] if person else reading.values[felt] not in {None, "", ()})
    )
    state = State.NY if person is None else State.ENDRA if diffs else State.UENDRA
    return PlannedRow(row.number, number, namn, state, diffs, values=reading.values)


def _before(person: Person, reading: Reading, known: Known) -> dict[str, object]:
    before: dict[str, object] = {felt: getattr(person, felt) for felt in personar.FIELDS}
    present = known.places.get(person.id, ())
    wanted = _main(reading, present)
    same = present[:1] == wanted[:1] and set(present) == set(wanted)
    employed = {eining_id for rolle, eining_id in known.roles.get(person.id, ()) if rolle == Rolle.TILSETT.value}
    settled = all(known.units[code] in employed for code in wanted if code in known.units)
    before["einingar"] = wanted if same and settled else present if not same else ()
    top = known.units.get(wanted[0]) if wanted else None
    asked = reading.values.get("rolle", ())
    codes = asked if isinstance(asked, tuple) else ()
    before["rolle"] = tuple(code for code in codes if (code, top) in known.roles.get(person.id, ()))
    return before


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


def apply(work: Work, plan: ImportPlan) -> None:
    """Do what the plan says: the person, where she works, and her roles on her main unit."""
    units = {unit.kode: unit for unit in work.db.scalars(select(Eining))}
    people = {person.ansattnr: person for person in work.db.scalars(select(Person))}
    for row in plan.rows:
        if row.state not in {State.NY, State.ENDRA}:
            continue
        facts = {felt: row.values[felt] for felt in personar.FIELDS if felt in row.values}
        codes = row.values.get("einingar", ())
        wanted = [units[code] for code in codes] if isinstance(codes, tuple) else []
        person = people.get(row.key)
        if person is None:
            person = personar.add_person(work, ansattnr=row.key, facts=facts, units=[unit.id for unit in wanted])
        else:
            personar.edit_person(work, person, facts)
            if "einingar" in row.values:
                personar.place(work, person, [unit.id for unit in wanted])
        roles = row.values.get("rolle", ())
        if wanted and isinstance(roles, tuple):
            _give(work, person, wanted[0], roles)


def _give(work: Work, person: Person, unit: Eining, roles: tuple[str, ...]) -> None:
    for code in roles:
        if code == Rolle.LEIAR.value and unit.leiar_id is None and _may(work, Right.EINING_SKRIV, unit):
            einingar.set_leaders(work, unit, person, _deputy(work, unit, person))
        elif tilgangar.in_force(work, person.id, unit.id, Rolle(code)) is None:
            tilgangar.give_role(work, person, unit, code, fra=work.today, til=None)


def _may(work: Work, right: Right, unit: Eining) -> bool:
    return work.person is None or work.has(right, unit.id)


def _deputy(work: Work, unit: Eining, leiar: Person) -> Person | None:
    if unit.stedfortredar_id is None or unit.stedfortredar_id == leiar.id:
        return None
    return work.db.get(Person, unit.stedfortredar_id)
