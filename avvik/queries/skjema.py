"""What the filing form offers: units, tiles, chips and extra fields, ordered by what the unit files most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from avvik.models import Avvik
from kjerne import asked
from kjerne.katalog import Alvorsgrad, Art, Hovudtype, Tilleggsfelt, Underkategori, live
from kjerne.models import Eining, PersonEining
from kjerne.work import Work

LAST_CASES = 300
TOP_CHIPS = 4
ANY = "anna"
IMPROVEMENT = "forbetring"
#: The main type an improvement proposal is filed under when its writer names none; a handler may change it.
IMPROVEMENT_TYPE = "organisasjon"


@dataclass(frozen=True)
class Niva:
    """A severity as the chooser shows it: one word and the plain definition."""

    kode: str
    niva: int
    namn: str
    definisjon: str


@dataclass(frozen=True)
class Brikke:
    """A sub-category as a chip. `topp`: among the four that the unit uses most under its type (and always `anna`)."""

    rad: Underkategori
    topp: bool


@dataclass(frozen=True)
class Skjemaval:
    """All that may be chosen in the form, in the order it is shown. Codes outside it are refused."""

    einingar: Mapping[str, Eining]
    grupper: Sequence[tuple[str, Sequence[Eining]]]
    typar: Sequence[Hovudtype]
    brikker: Sequence[Brikke]
    alvor: Sequence[Niva]
    art: Sequence[Art]
    tillegg: Sequence[Tilleggsfelt]

    def type(self, code: str) -> Hovudtype | None:
        """The main type with that code."""
        return next((row for row in self.typar if row.kode == code), None)

    def sub(self, code: str) -> Underkategori | None:
        """The sub-category with that code."""
        return next((chip.rad for chip in self.brikker if chip.rad.kode == code), None)

    def level(self, raw: str) -> int | None:
        """The severity 1-5 behind a code or a digit; None when unknown."""
        return next((row.niva for row in self.alvor if raw in {row.kode, str(row.niva)}), None)

    def level_code(self, raw: str) -> str:
        """The code behind a code or a digit; empty when unknown."""
        return next((row.kode for row in self.alvor if raw in {row.kode, str(row.niva)}), "")

    def extra_for(self, hovudtype: str, underkategori: str) -> list[Tilleggsfelt]:
        """The extra fields that a type or sub-category asks for (domene 3.8)."""
        return [
            row
            for row in self.tillegg
            if row.hovudtype == hovudtype and (not row.underkategori or underkategori in row.underkategori.split("|"))
        ]


_WORKS_IN: Final = (
    select(Eining)
    .join(PersonEining, PersonEining.eining_id == Eining.id)
    .where(PersonEining.person_id == bindparam("person"))
    .order_by(PersonEining.hovud.desc(), Eining.id)
)
_BEGUN: Final = select(Eining).where(Eining.gjeld_fra <= bindparam("day")).order_by(Eining.sti)


def main_unit(work: Work) -> Eining | None:
    """The unit that is preset: her main one, else any she works in."""
    found = work.db.scalars(_WORKS_IN, {"person": work.me.id})
    return next((row for row in found if row.is_active(work.today)), None)


def active_units(db: Session, today: date) -> list[Eining]:
    """All units that exist today, in the order of the tree."""
    rows = db.scalars(_BEGUN, {"day": today})
    return [row for row in rows if row.is_active(today)]


def grouped(units: Sequence[Eining]) -> list[tuple[str, list[Eining]]]:
    """Units under the name of the one above, as the list to choose from shows them. A unit that has others leads its group."""
    names = {row.id: row.namn for row in units}
    parents = {row.overordna_id for row in units}
    groups: dict[int | None, list[Eining]] = {}
    for row in units:
        groups.setdefault(row.id if row.id in parents else row.overordna_id, []).append(row)
    return [(names.get(key, "") if key else "", rows) for key, rows in groups.items()]


Used = dict[tuple[str, str], int]


def _last_filed(_work: Work, in_unit: bool) -> Select[str, str, int]:  # noqa: FBT001 - a part of a question has no name
    last = select(Avvik.hovudtype, Avvik.underkategori).where(Avvik.sensitiv_gruppe == "")
    if in_unit:
        last = last.where(Avvik.eining_id == bindparam("eining"))
    rows = last.order_by(Avvik.id.desc()).limit(LAST_CASES).subquery()
    return select(rows.c.hovudtype, rows.c.underkategori, func.count()).group_by(rows.c.hovudtype, rows.c.underkategori)


def used_most(work: Work, eining_id: int | None) -> Used:
    """How often each (main type, sub-category) was filed among the last cases of a unit; None: of the municipality.

    Sensitive cases do not show here.
    """
    given = {} if eining_id is None else {"eining": eining_id}
    counted = asked.rows(work, _last_filed, eining_id is not None, **given)
    return {(hovudtype, sub): count for hovudtype, sub, count in counted}


def _totals(used: Used) -> dict[str, int]:
    totals: dict[str, int] = {}
    for (hovudtype, _sub), count in used.items():
        totals[hovudtype] = totals.get(hovudtype, 0) + count
    return totals


def _chips(rows: Sequence[Underkategori], here: Used, everywhere: Used) -> list[Brikke]:
    """Each type's four most used first, by the unit, then the municipality, then the table's order; those for every type last."""
    by_type: dict[str, list[Underkategori]] = {}
    for row in rows:
        by_type.setdefault(row.hovudtype, []).append(row)
    found: list[Brikke] = []
    for hovudtype, mine in sorted(by_type.items(), key=lambda item: item[0] == ""):
        keys = {
            row.kode: (-here.get((hovudtype, row.kode), 0), -everywhere.get((hovudtype, row.kode), 0), row.rekkje) for row in mine
        }
        ordered = sorted(mine, key=lambda row: keys[row.kode])
        found += [Brikke(row, index < TOP_CHIPS or row.kode == ANY) for index, row in enumerate(ordered)]
    return found


def form_choices(work: Work, eining: Eining | None) -> Skjemaval:
    """Read what the form offers somebody who files for `eining`. Nine queries, whatever the size of the tables."""
    units = active_units(work.db, work.today)
    everywhere = used_most(work, None)
    here = used_most(work, eining.id) if eining else {}
    mine, all_ours = _totals(here), _totals(everywhere)
    types = live(work.db, Hovudtype, work.today)
    types.sort(key=lambda row: (-mine.get(row.kode, 0), -all_ours.get(row.kode, 0), row.rekkje))
    levels = live(work.db, Alvorsgrad, work.today)
    return Skjemaval(
        einingar={row.kode: row for row in units},
        grupper=grouped(units),
        typar=types,
        brikker=_chips(live(work.db, Underkategori, work.today), here, everywhere),
        alvor=[
            Niva(row.kode, row.niva, row.label.partition("/")[0], row.text("definisjon"))
            for row in sorted(levels, key=lambda row: row.niva)
        ],
        art=live(work.db, Art, work.today),
        tillegg=sorted(live(work.db, Tilleggsfelt, work.today), key=lambda row: (row.hovudtype, row.underkategori, row.rekkje)),
    )
