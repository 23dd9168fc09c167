"""Needed against present: each need in each unit, with the procedure or plan that answers it. Four queries whatever the size."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining, Person
from kjerne.work import Work
from prosedyrar.behov import Behov, Dekning, Slag, guess_slag
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.models.behov import Einingsslag, Rutinedekning
from prosedyrar.queries.pick import Valg
from prosedyrar.queries.rutinar import needs
from prosedyrar.rules import Tilstand, is_overdue

GAPS = (Dekning.MANGLAR, Dekning.UTDATERT)


@dataclass(frozen=True)
class Svar:
    """What answers a need in a unit. `fra`: the unit the answer was given on, when it is another (above)."""

    stand: Dekning
    rad: Rutinedekning | None = None
    tittel: str = ""
    nummer: str = ""
    eigar: str = ""
    frist: date | None = None
    fra: str = ""

    @property
    def late(self) -> bool:
        """A plan or a revision whose day is set."""
        return self.frist is not None


@dataclass(frozen=True)
class Sum:
    """How many needs stand how. Those that are not needed there are no part of `alle`."""

    tal: Counter[Dekning] = field(default_factory=Counter)

    @property
    def alle(self) -> int:
        """All that are needed."""
        return sum(count for stand, count in self.tal.items() if stand is not Dekning.IKKJE)

    @property
    def hol(self) -> int:
        """Missing and outdated."""
        return sum(self.tal[stand] for stand in GAPS)

    def of(self, stand: Dekning) -> int:
        """How many stand so."""
        return self.tal[stand]


@dataclass(frozen=True)
class Oversikt:
    """The answers of the units under one: (need, unit) → answer, for the pairs where the unit's kind needs it."""

    lista: Mapping[str, Behov]
    topp: Eining
    einingar: Sequence[Eining]
    slag: Mapping[int, Slag]
    svar: Mapping[tuple[str, int], Svar]

    def total(self) -> Sum:
        """All pairs."""
        return Sum(Counter(one.stand for one in self.svar.values()))

    def of_need(self, kode: str, under: Eining | None = None) -> Sum:
        """One need, in all units or those under one."""
        return Sum(
            Counter(
                self.svar[kode, unit.id].stand
                for unit in self.einingar
                if (kode, unit.id) in self.svar and (under is None or unit.sti.startswith(under.sti))
            )
        )

    def of_unit(self, under: Eining) -> Sum:
        """All needs of a unit, or of those under it."""
        ids = {unit.id for unit in self.einingar if unit.sti.startswith(under.sti)}
        return Sum(Counter(one.stand for (_kode, unit), one in self.svar.items() if unit in ids))

    @property
    def behov(self) -> list[Behov]:
        """The needs that somebody here has, in the list's order."""
        asked = {kode for kode, _unit in self.svar}
        return [need for kode, need in self.lista.items() if kode in asked]


def units_of(work: Work) -> dict[int, Eining]:
    """The units whose needs this person oversees, in the organisation's order, those that exist today."""
    ids = work.units(Right.PROSEDYRE_STATUS)
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(ids)).order_by(Eining.sti))
    return {row.id: row for row in rows if row.is_active(work.today)}


def find_top(units: Mapping[int, Eining], kode: str) -> Eining:
    """The unit with that code, else the topmost. One outside her units is `NotFound`, as one that does not exist."""
    if kode:
        found = next((row for row in units.values() if row.kode == kode), None)
    else:
        found = min(units.values(), key=lambda row: (row.sti.count("/"), row.sti), default=None)
    if found is None:
        raise NotFound
    return found


def path_of(unit: Eining) -> list[int]:
    """The ids from the top down to the unit."""
    return [int(part) for part in unit.sti.split("/") if part]


def leaves(units: Mapping[int, Eining], top: Eining) -> list[Eining]:
    """The units under one that have none below: it is there the work is done."""
    parents = {row.overordna_id for row in units.values()}
    return [row for row in units.values() if row.sti.startswith(top.sti) and row.id not in parents]


def kinds(db: Session, units: Sequence[Eining]) -> dict[int, Slag]:
    """What each unit is: set by somebody, else guessed from its name and those above it."""
    said = {row.eining_id: Slag(row.slag) for row in db.scalars(select(Einingsslag)) if row.slag in set(Slag)}
    above = {key for unit in units for key in path_of(unit)}
    names = {row.id: row.namn for row in db.execute(select(Eining.id, Eining.namn).where(Eining.id.in_(above)))}
    found = {}
    for unit in units:
        line = list(reversed(path_of(unit)))
        found[unit.id] = said.get(unit.id) or guess_slag([names[key] for key in line if key in names][:2])
    return found


def _answers(work: Work, units: Sequence[Eining]) -> dict[tuple[str, int], Svar]:
    """(need, unit) → what was said on that very unit or one above, with names. One query."""
    above = {key for unit in units for key in path_of(unit)}
    valid = select(ProsedyreVersjon.prosedyre_id, ProsedyreVersjon.major, ProsedyreVersjon.minor).where(
        ProsedyreVersjon.tilstand == Tilstand.GYLDIG
    )
    version = valid.subquery()
    ended = select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.tilstand == Tilstand.UTGAATT)
    rows = work.db.execute(
        select(Rutinedekning, Eining.namn, Prosedyre.tittel, Prosedyre.revisjonsfrist, version.c.major, version.c.minor,
               Person.namn, Prosedyre.id.in_(ended))
        .join(Eining, Eining.id == Rutinedekning.eining_id)
        .outerjoin(Prosedyre, Prosedyre.id == Rutinedekning.prosedyre_id)
        .outerjoin(version, version.c.prosedyre_id == Prosedyre.id)
        .outerjoin(Person, Person.id == Rutinedekning.plan_person_id)
        .where(Rutinedekning.eining_id.in_(above))
    )  # fmt: skip
    found = {}
    for rad, unit, tittel, frist, major, minor, eigar, was_valid in rows:
        found[rad.behov, rad.eining_id] = _answer(work.today, rad, unit, tittel, frist, major, minor, eigar, bool(was_valid))
    return found


def _answer(  # noqa: PLR0917 - the columns of one row
    today: date,
    rad: Rutinedekning,
    unit: str,
    tittel: str | None,
    frist: date | None,
    major: int | None,
    minor: int | None,
    eigar: str | None,
    was_valid: bool,  # noqa: FBT001 - a column of the row
) -> Svar:
    if rad.prosedyre_id is None:
        if rad.plan_frist is not None:
            return Svar(Dekning.PLANLAGT, rad, eigar=eigar or "", frist=rad.plan_frist, fra=unit)
        return Svar(Dekning.IKKJE, rad, fra=unit)
    if major is None:
        return Svar(Dekning.UTDATERT, rad, tittel or "", fra=unit) if was_valid else Svar(Dekning.PLANLAGT, rad, fra=unit)
    stand = Dekning.UTDATERT if is_overdue(frist, today) else Dekning.DEKT
    return Svar(stand, rad, tittel or "", f"{major}.{minor}", frist=frist, fra=unit)


def overview(work: Work, top: Eining, units: Mapping[int, Eining], slag: str = "") -> Oversikt:
    """All needs of the units under `top`, those of one kind when `slag` says so."""
    chosen = leaves(units, top)
    of = kinds(work.db, chosen)
    chosen = [unit for unit in chosen if not slag or of[unit.id] == slag]
    said = _answers(work, chosen)
    asked = needs(work.db, work.today)
    found: dict[tuple[str, int], Svar] = {}
    for unit in chosen:
        line = list(reversed(path_of(unit)))
        for kode, need in asked.items():
            near = next((said[kode, key] for key in line if (kode, key) in said), None)
            if near is not None or need.needed_by(of[unit.id]):
                found[kode, unit.id] = near or Svar(Dekning.MANGLAR)
    return Oversikt(asked, top, chosen, of, found)


def row_of(db: Session, kode: str, eining_id: int) -> Rutinedekning | None:
    """What was said on that very unit."""
    return db.scalar(select(Rutinedekning).where(Rutinedekning.behov == kode, Rutinedekning.eining_id == eining_id))


def of_theme(work: Work, tema: str, units: Sequence[int], limit: int = 8) -> list[Valg]:
    """Valid procedures of a theme that one of these units owns, by title: what may cover a need."""
    rows = work.db.execute(
        select(Prosedyre.id, Prosedyre.tittel, ProsedyreVersjon.major, ProsedyreVersjon.minor, Eining.namn)
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG, Prosedyre.tema == tema, Prosedyre.eining_id.in_(units))
        .order_by(Prosedyre.tittel, Prosedyre.id)
        .limit(limit)
    )
    return [Valg(id_, tittel, f"{major}.{minor}", namn) for id_, tittel, major, minor, namn in rows]
