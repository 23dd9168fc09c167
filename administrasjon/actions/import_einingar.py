"""Import of units: what a file would change, and doing it. Codes tell units apart; importing twice changes nothing."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from administrasjon import innlesing, rules
from administrasjon.actions import einingar
from administrasjon.actions.plan import Diff, ImportPlan, Kind, PlannedRow, Reading, State
from administrasjon.innlesing import Row
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.work import Work

FIELDS = ("namn", "niva", "overordna", "leiar", "stedfortredar", "gjeld_fra", "gjeld_til")
FIRST_DAY = date(2020, 1, 1)


def plan(db: Session, data: bytes, filename: str, today: date, scope: frozenset[int] | None) -> ImportPlan:
    """What the file would change. `scope`: units the importer may change; None is the system, which may all."""
    table = innlesing.read_table(data, filename, innlesing.EINING_HEADINGS, today)
    present = {unit.kode: unit for unit in db.scalars(select(Eining))}
    numbers = dict(db.execute(select(Person.ansattnr, Person.id)).all())
    readings = _read(table.rows, set(numbers))
    _check_parents(readings, present, scope)
    names = {person_id: number for number, person_id in numbers.items()}
    rows = tuple(_planned(reading, present, names) for reading in readings)
    return ImportPlan(Kind.EININGAR, filename, rows, table.passed_over)


def _niva(text: str) -> str:
    found = innlesing.match(text, {code: (str(label),) for code, label in rules.NIVA.items()} | {"eining": ("enhet",)})
    if found is None:
        raise ValueError(text)
    return found


def _read(rows: tuple[Row, ...], numbers: set[str]) -> list[Reading]:
    seen: set[str] = set()
    readings = []
    for row in rows:
        reading = Reading(row)
        kode, namn = row.get("kode"), row.get("namn")
        if not kode or len(kode) > 40:
            reading.faults.append(_("Koden manglar eller er lengre enn 40 teikn."))
        elif kode in seen:
            reading.faults.append(_("Koden %(kode)s står fleire gonger i fila.", kode=kode))
        if not namn or len(namn) > 160:
            reading.faults.append(_("Namnet manglar eller er lengre enn 160 teikn."))
        seen.add(kode)
        reading.values.update(namn=namn)
        if row.has("overordna"):
            reading.values["overordna"] = row.get("overordna")
        reading.take("niva", _niva, _("ukjent nivå"), empty="eining")
        reading.take("gjeld_fra", innlesing.parse_day, _("ukjend dato"), empty=FIRST_DAY)
        reading.take("gjeld_til", innlesing.parse_day, _("ukjend dato"), empty=None)
        for felt in ("leiar", "stedfortredar"):
            reading.take(felt, _known(numbers), _("ukjent tilsettnummer"), empty="")
        _check_facts(reading)
        readings.append(reading)
    return readings


def _known(numbers: set[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in numbers:
            raise ValueError(text)
        return text

    return parse


def _check_facts(reading: Reading) -> None:
    fra, til = reading.values.get("gjeld_fra"), reading.values.get("gjeld_til")
    if isinstance(fra, date) and isinstance(til, date) and til < fra:
        reading.faults.append(_("Til-datoen er før frå-datoen."))
    leiar = reading.values.get("leiar")
    if leiar and leiar == reading.values.get("stedfortredar"):
        reading.faults.append(_("Leiaren kan ikkje vere sin eigen stedfortredar."))


def _check_parents(readings: list[Reading], present: Mapping[str, Eining], scope: frozenset[int] | None) -> None:
    """Refuse rows whose parent does not exist, that make a circle, or that lie outside what she may change."""
    codes = {unit.id: kode for kode, unit in present.items()}
    while True:
        parents = {kode: codes.get(unit.overordna_id or 0, "") for kode, unit in present.items()}
        good = [reading for reading in readings if not reading.faults]
        parents.update(
            {r.row.get("kode"): str(r.values["overordna"]) for r in good if "overordna" in r.values}
            | {r.row.get("kode"): "" for r in good if "overordna" not in r.values and r.row.get("kode") not in present}
        )
        before = len(good)
        for reading in good:
            _check_parent(reading, parents, present, scope)
        if before == sum(not reading.faults for reading in readings):
            return


def _check_parent(
    reading: Reading, parents: Mapping[str, str], present: Mapping[str, Eining], scope: frozenset[int] | None
) -> None:
    kode = reading.row.get("kode")
    parent = parents.get(kode, "")
    if parent and parent not in parents:
        reading.faults.append(_("Overordna eining %(kode)s finst ikkje.", kode=parent))
        return
    unit = present.get(kode)
    if not parent and unit is not None and unit.overordna_id is not None:
        reading.faults.append(_("Skriv kva eining denne skal ligge under."))
        return
    walked, at = {kode}, parent
    while at:
        if at in walked:
            reading.faults.append(_("Eininga ville ligge under seg sjølv (%(kode)s).", kode=at))
            return
        walked.add(at)
        at = parents.get(at, "")
    if scope is None:
        return
    inside = {code for code, unit in present.items() if unit.id in scope}
    outside = unit is not None and unit.id not in scope
    if outside or not (walked & inside) or (unit is None and not parent):
        reading.faults.append(_("Eininga ligg utanfor det du kan endre."))


def _planned(reading: Reading, present: Mapping[str, Eining], names: Mapping[int, str]) -> PlannedRow:
    row = reading.row
    kode, namn = row.get("kode"), row.get("namn")
    if reading.faults:
        return PlannedRow(row.number, kode, namn, State.FEIL, reasons=tuple(reading.faults))
    unit = present.get(kode)
    before = _before(unit, present, names) if unit else {}
    diffs = tuple(
        Diff(felt, _text(before.get(felt)), _text(reading.values[felt]))
        for felt in FIELDS
        if felt in reading.values and (unit is None or before[felt] != reading.values[felt])
        if unit is not None or reading.values[felt] not in {None, ""}
    )
    state = State.NY if unit is None else State.ENDRA if diffs else State.UENDRA
    return PlannedRow(row.number, kode, namn, state, diffs, values=reading.values)


def _before(unit: Eining, present: Mapping[str, Eining], names: Mapping[int, str]) -> dict[str, object]:
    codes = {other.id: kode for kode, other in present.items()}
    return {
        "namn": unit.namn,
        "niva": unit.niva,
        "overordna": codes.get(unit.overordna_id or 0, ""),
        "leiar": names.get(unit.leiar_id or 0, ""),
        "stedfortredar": names.get(unit.stedfortredar_id or 0, ""),
        "gjeld_fra": unit.gjeld_fra,
        "gjeld_til": unit.gjeld_til,
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def apply(work: Work, plan: ImportPlan) -> None:
    """Do what the plan says: parents before children, then moves, then leaders."""
    rows = {row.key: row for row in plan.rows if row.state in {State.NY, State.ENDRA}}
    units = {unit.kode: unit for unit in work.db.scalars(select(Eining))}
    for row in _parents_first(rows, set(units)):
        unit = einingar.add_unit(
            work,
            kode=row.key,
            namn=row.label,
            niva=str(row.values.get("niva", "eining")),
            overordna=units.get(str(row.values.get("overordna", ""))),
        )
        units[row.key] = unit
        work = einingar.refreshed(work)
    for row in rows.values():
        _change(work, row, units)


def _parents_first(rows: Mapping[str, PlannedRow], present: set[str]) -> Iterator[PlannedRow]:
    """The new units, each after the one it lies under (the plan has no circles)."""
    done = set(present)
    for row in rows.values():
        waiting = [row]
        while waiting:
            current = waiting[-1]
            parent = str(current.values.get("overordna", ""))
            if current.key not in done and parent and parent not in done:
                waiting.append(rows[parent])
                continue
            waiting.pop()
            if current.key not in done:
                done.add(current.key)
                yield current


def _change(work: Work, row: PlannedRow, units: Mapping[str, Eining]) -> None:
    unit, values = units[row.key], row.values
    parent = str(values.get("overordna", "") or "")
    if parent and unit.overordna_id != units[parent].id:
        einingar.move_unit(work, unit, units[parent])
    fra, til = values.get("gjeld_fra", unit.gjeld_fra), values.get("gjeld_til", unit.gjeld_til)
    einingar.edit_unit(
        work,
        unit,
        namn=row.label,
        niva=str(values.get("niva", unit.niva)),
        gjeld_fra=fra if isinstance(fra, date) else unit.gjeld_fra,
        gjeld_til=til if isinstance(til, date) else None,
    )
    if "leiar" in values or "stedfortredar" in values:
        einingar.set_leaders(
            work,
            unit,
            _leader(work, values, "leiar", unit.leiar_id),
            _leader(work, values, "stedfortredar", unit.stedfortredar_id),
        )


def _leader(work: Work, values: Mapping[str, object], felt: str, present_id: int | None) -> Person | None:
    if felt not in values:
        return work.db.get(Person, present_id) if present_id else None
    number = str(values[felt])
    return work.db.scalars(select(Person).where(Person.ansattnr == number)).one() if number else None
