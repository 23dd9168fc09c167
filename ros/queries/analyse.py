"""One analysis, read whole in a fixed number of queries, however many rows it has."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from kjerne.access import Right
from kjerne.katalog import Underkategori, by_code
from kjerne.models import Eining, Person
from kjerne.work import Work
from ros.events import Hendt, RaderVist
from ros.models import RosAnalyse, RosDeltakar, RosEining, RosHending, RosKonsekvens, RosRad, RosUtgave
from ros.queries.access import hats
from ros.queries.sett import Skala, read_sett
from ros.rules import Akse, Hat, Mangel, RowFacts, missing
from tiltak.models import Tiltak, TiltakOpphav
from tiltak.rules import SETTLED, UNSETTLED

ORIGIN = "ros"
#: What is compared with the year before, and its place in the row's list of changes.
COMPARED = (
    "hending",
    "arsaker",
    "sarbarheit",
    "barrierar",
    "dempande",
    "sannsyn",
    "konsekvens",
    "rest_sannsyn",
    "rest_konsekvens",
)
NEW = "ny"


@dataclass(frozen=True)
class TiltakLinje:
    """A measure of a row. `opna`: the reader may open its page."""

    tiltak: Tiltak
    ansvarleg: str
    opna: bool


@dataclass(frozen=True)
class Rad:
    """A row with its consequences by axis, its measures, what changed since last year, and what has happened."""

    row: RosRad
    verdi: dict[Akse, int]
    rest: dict[Akse, int]
    tiltak: list[TiltakLinje] = field(default_factory=list)
    endring: list[str] = field(default_factory=list)
    hendt: list[Hendt] = field(default_factory=list)

    @property
    def etter(self) -> tuple[int, int] | None:
        """Where the row stands after measures: likelihood and consequence; before, while nothing else is said."""
        row = self.row
        if row.rest_sannsyn is not None and row.rest_konsekvens is not None:
            return row.rest_sannsyn, row.rest_konsekvens
        return self.foer

    @property
    def foer(self) -> tuple[int, int] | None:
        """Where the row stands before measures, None until it is judged."""
        row = self.row
        return (row.sannsyn, row.konsekvens) if row.sannsyn is not None and row.konsekvens is not None else None

    @property
    def rest_no(self) -> str | None:
        """The colour after measures, or the one before."""
        return self.row.rest_farge or self.row.farge

    @property
    def facts(self) -> RowFacts:
        """What the approval rules ask."""
        live = [line for line in self.tiltak if line.tiltak.status != "avlyst"]
        return RowFacts(self.row.nr, self.row.farge, self.row.rest_farge, len(live), self.row.godteke_tid is not None)


@dataclass(frozen=True)
class Lese:
    """An analysis, read: everything its page, its paper and its edition say."""

    analyse: RosAnalyse
    eining: Eining
    einingar: Sequence[Eining]
    deltakarar: list[tuple[int, str]]
    skala: Skala
    aksar: tuple[Akse, ...]
    rader: list[Rad]
    hats: frozenset[Hat]
    namn: dict[int, str]
    kategoriar: dict[str, str]

    @property
    def manglar(self) -> dict[Mangel, list[int]]:
        """What is missing before it can be approved."""
        return missing(rad.facts for rad in self.rader)


def axes(analyse: RosAnalyse) -> tuple[Akse, ...]:
    """The chosen axes, in the order of the catalogue."""
    chosen = set(analyse.aksar.split(","))
    return tuple(akse for akse in Akse if akse in chosen)


def read_analyse(work: Work, analyse: RosAnalyse) -> Lese:
    """Everything about an analysis the reader has already fetched."""
    units = work.db.scalars(
        select(Eining)
        .join(RosEining, RosEining.eining_id == Eining.id)
        .where(RosEining.analyse_id == analyse.id)
        .order_by(Eining.sti)
    ).all()
    people = work.db.execute(
        select(Person.id, Person.namn)
        .join(RosDeltakar, RosDeltakar.person_id == Person.id)
        .where(RosDeltakar.analyse_id == analyse.id)
        .order_by(Person.namn)
    )
    rader = rows_of(work, analyse)
    known = (
        {analyse.laga_av_id, analyse.godkjend_av_id}
        | {rad.row.godteke_av_id for rad in rader}
        | {rad.row.endra_av_id for rad in rader}
    )
    return Lese(
        analyse=analyse,
        eining=next((unit for unit in units if unit.id == analyse.eining_id), None) or work.db.get_one(Eining, analyse.eining_id),
        einingar=units,
        deltakarar=[(id_, namn) for id_, namn in people],
        skala=read_sett(work.db, analyse.sett_id),
        aksar=axes(analyse),
        rader=rader,
        hats=hats(work, analyse),
        namn=names(work, known),
        kategoriar={kode: row.label for kode, row in by_code(work.db, Underkategori, work.today).items()},
    )


def names(work: Work, ids: set[int | None]) -> dict[int, str]:
    """The names of some persons. One query."""
    wanted = {id_ for id_ in ids if id_ is not None}
    return {row.id: row.namn for row in work.db.execute(select(Person.id, Person.namn).where(Person.id.in_(wanted)))}


def rows_of(work: Work, analyse: RosAnalyse) -> list[Rad]:
    """The rows in their order, each with what belongs to it. Five queries and one question upward."""
    rows = work.db.scalars(
        select(RosRad).where(RosRad.analyse_id == analyse.id, RosRad.fjerna.is_(False)).order_by(RosRad.nr)
    ).all()
    ours = select(RosRad.id).where(RosRad.analyse_id == analyse.id)
    found = {row.id: Rad(row, {}, {}) for row in rows}
    for value in work.db.scalars(select(RosKonsekvens).where(RosKonsekvens.rad_id.in_(ours))):
        rad = found.get(value.rad_id)
        if rad is not None:
            akse = Akse(value.akse)
            rad.verdi.update({akse: value.niva} if value.niva is not None else {})
            rad.rest.update({akse: value.rest} if value.rest is not None else {})
    readable, me = work.units(Right.TILTAK_LES), work.me.id
    measures = work.db.execute(
        select(TiltakOpphav.ref_id, Tiltak, Person.namn)
        .join(Tiltak, Tiltak.id == TiltakOpphav.tiltak_id)
        .join(Person, Person.id == Tiltak.ansvarleg_id)
        .where(TiltakOpphav.slag == ORIGIN, TiltakOpphav.ref_id.in_(ours), Tiltak.skjerma.is_(False))
        .order_by(Tiltak.id)
    )
    for rad_id, tiltak, owner in measures:
        if rad_id in found:
            may_open = tiltak.eining_id in readable or me in {tiltak.ansvarleg_id, tiltak.laga_av_id}
            found[rad_id].tiltak.append(TiltakLinje(tiltak, owner, may_open))
    _mark_changes(work, analyse, found)
    shown = RaderVist(analyse.id)
    work.announce(shown)
    for rad_id, events in shown.hendt.items():
        if rad_id in found:
            found[rad_id].hendt.extend(events)
    return list(found.values())


def _mark_changes(work: Work, analyse: RosAnalyse, found: dict[int, Rad]) -> None:
    if analyse.forgjengar_id is None:
        return
    before = {row.id: row for row in work.db.scalars(select(RosRad).where(RosRad.analyse_id == analyse.forgjengar_id))}
    for rad in found.values():
        old = before.get(rad.row.fra_rad_id or 0)
        rad.endring.extend([NEW] if old is None else [name for name in COMPARED if getattr(old, name) != getattr(rad.row, name)])


def history(work: Work, analyse: RosAnalyse) -> list[tuple[RosHending, str]]:
    """The history, newest first, with names."""
    rows = work.db.execute(
        select(RosHending, Person.namn)
        .outerjoin(Person, Person.id == RosHending.person_id)
        .where(RosHending.analyse_id == analyse.id)
        .order_by(RosHending.id.desc())
    )
    return [(line, namn or "") for line, namn in rows]


def editions(work: Work, analyse: RosAnalyse) -> Sequence[RosUtgave]:
    """The approved editions, newest first."""
    return work.db.scalars(select(RosUtgave).where(RosUtgave.analyse_id == analyse.id).order_by(RosUtgave.nr.desc())).all()


def open_measures(lese: Lese) -> list[tuple[Rad, TiltakLinje]]:
    """The rows' measures, prioritised: red before yellow, then most risk off per krone, then deadline (domene 4.5).

    Each measure once, by its worst row; settled ones last.
    """
    first: dict[int, tuple[Rad, TiltakLinje]] = {}
    for rad in sorted(lese.rader, key=lambda rad: -(rad.row.risiko or 0)):
        for line in rad.tiltak:
            first.setdefault(line.tiltak.id, (rad, line))
    return sorted(first.values(), key=lambda pair: (pair[1].tiltak.status in SETTLED, pair[1].tiltak.rang, pair[1].tiltak.id))


__all__ = [
    "NEW",
    "ORIGIN",
    "UNSETTLED",
    "Lese",
    "Rad",
    "TiltakLinje",
    "axes",
    "editions",
    "history",
    "open_measures",
    "read_analyse",
]
