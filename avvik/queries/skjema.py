"""What the filing form offers: units, tiles, chips and extra fields, ordered by what the unit files most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, cast

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from avvik.models import Avvik
from kjerne import asked
from kjerne.einingar import tree
from kjerne.i18n import gettext as _
from kjerne.katalog import Alvorsgrad, Art, Hovudtype, Post, Tilleggsfelt, Underkategori, holds_on, live, versions
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


class Ekstra(NamedTuple):
    """An extra field as the form draws it. `val`: what may be chosen, as it is kept and as it is called."""

    kode: str
    label: str
    type: str
    hovudtype: str
    underkategori: str
    val: tuple[tuple[str, str], ...]


#: Choices (value, text) under the name of their group; one group without a name where there are none.
Grouped: TypeAlias = tuple[tuple[str | None, tuple[tuple[str, str], ...]], ...]
P = TypeVar("P", bound=Post)
R = TypeVar("R")


@dataclass(frozen=True)
class Utval:
    """What may be chosen in the form on a day: codes outside it are refused. Looked up one by one and remembered."""

    db: Session
    day: date
    _seen: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, kw_only=True)

    def unit(self, code: str) -> Eining | None:
        """The unit with that code, when it exists today."""

        def find() -> Eining | None:
            units = tree(self.db).einingar.values()
            return next((row for row in units if row.kode == code and row.is_active(self.day)), None)

        return self._once("eining", code, find)

    def type(self, code: str) -> Hovudtype | None:
        """The main type with that code."""
        return self._once("hovudtype", code, lambda: _valid(self, Hovudtype, code))

    def sub(self, code: str) -> Underkategori | None:
        """The sub-category with that code."""
        return self._once("underkategori", code, lambda: _valid(self, Underkategori, code))

    def kind(self, code: str) -> Art | None:
        """The art with that code."""
        return self._once("art", code, lambda: _valid(self, Art, code))

    def level(self, raw: str) -> int | None:
        """The severity 1-5 behind a code or a digit; None when unknown."""
        row = self._level(raw)
        return row.niva if row else None

    def level_code(self, raw: str) -> str:
        """The code behind a code or a digit; empty when unknown."""
        row = self._level(raw)
        return row.kode if row else ""

    def _level(self, raw: str) -> Alvorsgrad | None:
        rows = partial(levels, self.db, self.day)
        return self._once("alvorsgrad", raw, lambda: next((row for row in rows() if raw in {row.kode, str(row.niva)}), None))

    def _once(self, what: str, code: str, find: Callable[[], R]) -> R:
        key = what, code
        if key not in self._seen:
            self._seen[key] = find()
        return cast("R", self._seen[key])

    def extra_for(self, hovudtype: str, underkategori: str) -> list[Tilleggsfelt]:
        """The extra fields that a type or sub-category asks for (domene 3.8)."""
        found = [
            row
            for rows in versions(self.db, Tilleggsfelt).values()
            for row in rows
            if row.hovudtype == hovudtype
            and (not row.underkategori or underkategori in row.underkategori.split("|"))
            and holds_on(row, self.day)
        ]
        return sorted(found, key=lambda row: (row.underkategori, row.rekkje, row.id))


@dataclass(frozen=True)
class Skjemaval(Utval):
    """The same, with all of it in the order the form shows it."""

    grupper: Sequence[tuple[str, Sequence[Eining]]]
    typar: Sequence[Hovudtype]
    brikker: Sequence[Brikke]
    alvor: tuple[Niva, ...]
    art: Sequence[Art]
    tillegg: Sequence[Tilleggsfelt]

    @property
    def tiles(self) -> tuple[tuple[str, str, str], ...]:
        """Each main type's code, icon and short name: plain values, so that what is drawn of them is drawn once."""
        return tuple((row.kode, row.ikon, row.text("kort") or row.label) for row in self.typar)

    @property
    def chips(self) -> tuple[tuple[str, str, bool, str], ...]:
        """Each sub-category's code, its main type (* for all), whether it is among the most used, and its name."""
        return tuple((chip.rad.kode, chip.rad.hovudtype or "*", chip.topp, chip.rad.label) for chip in self.brikker)

    @property
    def examples(self) -> tuple[tuple[str, str], ...]:
        """Each main type's short name and its examples."""
        return tuple((row.text("kort") or row.label, row.text("dome")) for row in self.typar)

    @property
    def units(self) -> Grouped:
        """The units under the names of those above."""
        return tuple((name, tuple((row.kode, row.namn) for row in rows)) for name, rows in self.grupper if name or rows)

    @property
    def arts(self) -> Grouped:
        """The arts."""
        return ((None, tuple((row.kode, row.label) for row in self.art)),)

    @property
    def possible(self) -> Grouped:
        """The severities as what could have happened; none need be said."""
        return ((None, (("", _("Ikkje vurdert")), *((row.kode, f"{row.niva} {row.namn}") for row in self.alvor))),)

    @property
    def answers(self) -> Grouped:
        """Whether the user or the next of kin have been told."""
        return ((None, (("", _("Ikkje svart")), ("ja", _("Ja")), ("nei", _("Nei")))),)

    @property
    def extra(self) -> list[Ekstra]:
        """All extra fields."""
        return [
            Ekstra(row.kode, row.label, row.type, row.hovudtype, row.underkategori, _choices(row) if row.type == "val" else ())
            for row in self.tillegg
        ]


def _choices(row: Tilleggsfelt) -> tuple[tuple[str, str], ...]:
    """What an extra field offers, by its nynorsk text, and what it is called in the language in force."""
    kept, shown = row.val_nn.split("|"), row.text("val").split("|")
    return tuple((one, shown[place] if place < len(shown) else one) for place, one in enumerate(kept))


def _valid(val: Utval, table: type[P], code: str) -> P | None:
    rows = [row for row in versions(val.db, table).get(code, ()) if holds_on(row, val.day)]
    return min(rows, key=lambda row: (row.rekkje, row.id)) if rows else None


def levels(db: Session, day: date) -> list[Alvorsgrad]:
    """The severities, the mildest first."""
    return sorted(live(db, Alvorsgrad, day), key=lambda row: row.niva)


_WORKS_IN: Final = (
    select(PersonEining.eining_id)
    .where(PersonEining.person_id == bindparam("person"))
    .order_by(PersonEining.hovud.desc(), PersonEining.eining_id)
)


def main_unit(work: Work) -> Eining | None:
    """The unit that is preset: her main one, else any she works in."""
    units = tree(work.db).einingar
    found = (units[row.eining_id] for row in asked.fixed(work.db, _WORKS_IN, person=work.me.id))
    return next((row for row in found if row.is_active(work.today)), None)


def active_units(db: Session, today: date) -> list[Eining]:
    """All units that exist today, in the order of the tree."""
    return [row for row in tree(db).einingar.values() if row.is_active(today)]


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
    """What the form offers somebody who files for `eining`. Two queries, whatever the size of the tables."""
    units = active_units(work.db, work.today)
    everywhere = used_most(work, None)
    here = used_most(work, eining.id) if eining else {}
    mine, all_ours = _totals(here), _totals(everywhere)
    types = live(work.db, Hovudtype, work.today)
    types.sort(key=lambda row: (-mine.get(row.kode, 0), -all_ours.get(row.kode, 0), row.rekkje))
    return Skjemaval(
        db=work.db,
        day=work.today,
        grupper=grouped(units),
        typar=types,
        brikker=_chips(live(work.db, Underkategori, work.today), here, everywhere),
        alvor=tuple(
            Niva(row.kode, row.niva, row.label.partition("/")[0], row.text("definisjon")) for row in levels(work.db, work.today)
        ),
        art=live(work.db, Art, work.today),
        tillegg=sorted(live(work.db, Tilleggsfelt, work.today), key=lambda row: (row.hovudtype, row.underkategori, row.rekkje)),
    )
