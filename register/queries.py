"""What can be read of the register: always within the units where the reader holds the right."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining, Fil, Person
from kjerne.work import Work
from register.models import Arkivskildring, ArkivskildringDel, Registerforing
from register.rules import ARKIVDELAR, KINDS, Lys, Punkt, Slag, light
from tiltak.models import Tiltak, TiltakOpphav
from tiltak.queries import visible as visible_measures
from tiltak.rules import Kjelde

SUBJECT = "register"
PAGE = 50
#: Lines that are answers of many; the rest are rounds, meetings and reviews.
SURVEYS = frozenset({Slag.BRUKARUNDERSOKING, Slag.PARORANDEUNDERSOKING, Slag.MEDARBEIDARUNDERSOKING})
SOURCES = (Kjelde.RUNDE, Kjelde.UNDERSOKING)


def visible(work: Work) -> Select[Registerforing]:
    """Lines of the units where she holds the right: the one door."""
    return select(Registerforing).where(Registerforing.eining_id.in_(work.units(Right.REGISTER_LES)))


@dataclass(frozen=True)
class Narrow:
    """What the list is narrowed to."""

    eining_id: int | None = None
    punkt: Punkt | None = None
    slag: Slag | None = None
    aar: int | None = None


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    foring: Registerforing
    eining: str
    tiltak: int


def kinds_of(punkt: Punkt) -> list[Slag]:
    """The kinds that are evidence for a point."""
    return [slag for slag, kind in KINDS.items() if kind.punkt is punkt]


def listing(work: Work, narrow: Narrow, after: tuple[date, int] | None = None) -> tuple[list[Row], tuple[date, int] | None]:
    """A page of lines, newest first, with how many measures each led to; and where the next page begins."""
    query = visible(work)
    if narrow.eining_id:
        query = query.where(Registerforing.eining_id == narrow.eining_id)
    if narrow.punkt is not None:
        query = query.where(Registerforing.slag.in_([slag.value for slag in kinds_of(narrow.punkt)]))
    if narrow.slag:
        query = query.where(Registerforing.slag == narrow.slag.value)
    if narrow.aar:
        query = query.where(Registerforing.dato.between(date(narrow.aar, 1, 1), date(narrow.aar, 12, 31)))
    if after:
        query = query.where((Registerforing.dato < after[0]) | ((Registerforing.dato == after[0]) & (Registerforing.id < after[1])))
    measures = (
        select(func.count())
        .select_from(TiltakOpphav)
        .where(TiltakOpphav.slag.in_(SOURCES), TiltakOpphav.ref_id == Registerforing.id)
        .scalar_subquery()
    )
    found = work.db.execute(
        query.add_columns(Eining.namn, measures)
        .join(Eining, Eining.id == Registerforing.eining_id)
        .order_by(Registerforing.dato.desc(), Registerforing.id.desc())
        .limit(PAGE + 1)
    ).all()
    rows = [Row(foring, namn, tal) for foring, namn, tal in found[:PAGE]]
    return rows, (rows[-1].foring.dato, rows[-1].foring.id) if len(found) > PAGE else None


def source_of(slag: str) -> Kjelde:
    """The kind of origin a measure made from a line carries."""
    return Kjelde.UNDERSOKING if slag in SURVEYS else Kjelde.RUNDE


def get_foring(work: Work, foring_id: int) -> Registerforing:
    """A line she may read, else `NotFound`."""
    found = work.db.scalars(visible(work).where(Registerforing.id == foring_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def files_of(work: Work, foring: Registerforing) -> list[Fil]:
    """The files of a line, oldest first."""
    return list(work.db.scalars(select(Fil).where(Fil.subjekt_type == SUBJECT, Fil.subjekt_id == foring.id).order_by(Fil.id)))


def measures_of(work: Work, foring: Registerforing) -> list[tuple[Tiltak, str]]:
    """The measures a line led to that this person may see, with their owners' names."""
    rows = work.db.execute(
        select(Tiltak, Person.namn)
        .join(TiltakOpphav, TiltakOpphav.tiltak_id == Tiltak.id)
        .join(Person, Person.id == Tiltak.ansvarleg_id)
        .where(TiltakOpphav.slag.in_(SOURCES), TiltakOpphav.ref_id == foring.id, visible_measures(work))
        .order_by(Tiltak.id)
    )
    return [(tiltak, namn) for tiltak, namn in rows]


@dataclass(frozen=True)
class Standing:
    """How a kind stands in a unit: the last line and when the next is due."""

    eining_id: int
    slag: Slag
    dato: date
    neste: date | None
    foring_id: int

    def lys(self, today: date) -> Lys:
        """The light of the next date."""
        return light(self.neste, today)


def latest(work: Work, units: Collection[int], kinds: Collection[Slag], *, until: date | None = None) -> list[Standing]:
    """The newest line of each kind in each unit; one query. `until`: on that day. The caller asked for the right."""
    place = (
        func.row_number()
        .over(
            partition_by=(Registerforing.eining_id, Registerforing.slag),
            order_by=(Registerforing.dato.desc(), Registerforing.id.desc()),
        )
        .label("plass")
    )
    numbered = select(
        Registerforing.id, Registerforing.eining_id, Registerforing.slag, Registerforing.dato, Registerforing.neste, place
    ).where(Registerforing.eining_id.in_(units), Registerforing.slag.in_([kind.value for kind in kinds]))
    if until is not None:
        numbered = numbered.where(Registerforing.dato <= until)
    rows = numbered.subquery()
    found = work.db.execute(select(rows).where(rows.c.plass == 1).order_by(rows.c.eining_id, rows.c.slag))
    return [Standing(row.eining_id, Slag(row.slag), row.dato, row.neste, row.id) for row in found]


def count_of(work: Work, units: Collection[int], kinds: Collection[Slag], first: date, last: date) -> int:
    """How many lines of these kinds were held in a period, both days included. The caller has asked for the right."""
    return (
        work.db.scalar(
            select(func.count())
            .select_from(Registerforing)
            .where(
                Registerforing.eining_id.in_(units),
                Registerforing.slag.in_([kind.value for kind in kinds]),
                Registerforing.dato.between(first, last),
            )
        )
        or 0
    )


@dataclass(frozen=True)
class Arkivstand:
    """How a unit's archive description stands: how many of the nine parts are written, and when it is due again."""

    eining_id: int
    delar: int
    gjennomgatt: date
    neste: date

    @property
    def heil(self) -> bool:
        """All parts are written."""
        return self.delar == len(ARKIVDELAR)


def archives(work: Work, units: Collection[int]) -> dict[int, Arkivstand]:
    """The archive descriptions of these units, by unit; one query. The caller has asked for the right."""
    rows = work.db.execute(
        select(
            Arkivskildring.eining_id,
            func.count(ArkivskildringDel.id),
            Arkivskildring.gjennomgatt,
            Arkivskildring.neste,
        )
        .outerjoin(
            ArkivskildringDel,
            (ArkivskildringDel.skildring_id == Arkivskildring.id)
            & (ArkivskildringDel.utgave == Arkivskildring.version)
            & (ArkivskildringDel.tekst != ""),
        )
        .where(Arkivskildring.eining_id.in_(units))
        .group_by(Arkivskildring.eining_id, Arkivskildring.gjennomgatt, Arkivskildring.neste)
    )
    return {row[0]: Arkivstand(*row) for row in rows}


def archive_of(work: Work, eining: Eining) -> tuple[Arkivskildring | None, dict[int, str]]:
    """A unit's description and its parts by number; empty before the first."""
    found = work.db.scalars(select(Arkivskildring).where(Arkivskildring.eining_id == eining.id)).one_or_none()
    if found is None:
        return None, {}
    parts = work.db.scalars(
        select(ArkivskildringDel).where(ArkivskildringDel.skildring_id == found.id, ArkivskildringDel.utgave == found.version)
    )
    return found, {part.nr: part.tekst for part in parts}


def units_of(work: Work, right: Right) -> list[Eining]:
    """Active units where the right is held, by name."""
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(work.units(right))).order_by(Eining.namn, Eining.id))
    return [row for row in rows if row.is_active(work.today)]


def get_unit(work: Work, kode: str, right: Right) -> Eining:
    """A unit by its code, where the right is held; else `NotFound`."""
    found = work.db.scalars(select(Eining).where(Eining.kode == kode, Eining.id.in_(work.units(right)))).one_or_none()
    if found is None:
        raise NotFound
    return found


def person_name(work: Work, person_id: int) -> str:
    """A person's name."""
    return work.db.scalar(select(Person.namn).where(Person.id == person_id)) or ""
