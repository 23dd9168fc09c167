"""The small rows of a case's page in one question: its history, causes, outcomes, extra fields, files and measures.

And in another what is around it: the people its forms offer, and its words.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    literal_column,
    null,
    or_,
    select,
    union,
    union_all,
)

from avvik.models import Avvik, AvvikArsak, AvvikHending, AvvikOrd, AvvikTillegg, AvvikTiltak, AvvikUtfall
from kjerne import asked
from kjerne.access import Right
from kjerne.db import UtcDateTime, at_most
from kjerne.models import Eining, Fil, Person, PersonEining, Tilgang
from kjerne.work import Work
from tiltak.models import Tiltak
from tiltak.rules import UNSETTLED

__all__ = ["FILES", "MEASURES", "OFFERED", "OWN", "STAFF", "WORDS", "Fila", "Hending", "Rundt", "Tiltaket", "around", "own"]

MOST_PEOPLE = 200
MOST_MEASURES = 50
#: What every page of a case shows; what it shows when it is there; what the step that makes a measure offers.
OWN: Final = ("historie", "arsak", "utfall", "tillegg")
FILES, MEASURES, OFFERED = "fil", "tiltak", "tilbod"
#: What its forms offer, and the words by which it is like others.
STAFF, WORDS = "tilsett", "ord"
_THIS: Final = bindparam("avvik", type_=Integer)
_NOTHING: Final = literal_column("0", Integer)
_EMPTY: Final = literal_column("''", String)
_NEVER: Final = cast(null(), UtcDateTime)
Branch = Select[*tuple[Any, ...]]


class Hending(NamedTuple):
    """A line of the history as a page shows it."""

    id: int
    slag: str
    aktor: str
    fra: str
    til: str
    tekst: str
    tid: datetime
    synleg_meldar: bool


class Tiltaket(NamedTuple):
    """A measure that serves the case."""

    id: int
    tittel: str
    status: str
    frist: date | None
    ansvarleg_id: int | None
    eigar: str | None


class Fila(NamedTuple):
    """An attachment of the case; `storleik` in bytes."""

    id: int
    offentleg_id: str
    namn: str
    storleik: int


def _branch(slag: str, kode: Any, tekst: Any, tal: Any = _NOTHING, rekkje: Any = _EMPTY, **more: Any) -> Branch:
    """One kind of row; `slag` is a word of ours, never somebody's."""
    kind: ColumnElement[str] = literal_column(f"'{slag}'", String)
    said = {"slag": kind, "kode": kode, "tekst": tekst, "tal": tal, "rekkje": rekkje}
    said |= {"namn": more.get("namn", _EMPTY), "fra": more.get("fra", _EMPTY), "til": more.get("til", _EMPTY)}
    said["tid"] = more.get("tid", _NEVER)
    return select(*(column.label(name) for name, column in said.items()))


def _history() -> Branch:
    line = AvvikHending
    seen = case((line.synleg_meldar, line.aktor), else_="-" + line.aktor)
    found = _branch("historie", line.slag, line.tekst, line.id, seen, namn=Person.namn, fra=line.fra, til=line.til, tid=line.tid)
    return found.outerjoin(Person, Person.id == line.person_id).where(line.avvik_id == _THIS)


def _serving() -> Branch:
    held = cast(Tiltak.ansvarleg_id, String)
    due = cast(Tiltak.frist, String)
    found = _branch(MEASURES, held, Tiltak.tittel, Tiltak.id, Tiltak.status, namn=Person.namn, fra=due)
    found = found.join(AvvikTiltak, AvvikTiltak.tiltak_id == Tiltak.id).outerjoin(Person, Person.id == Tiltak.ansvarleg_id)
    return found.where(AvvikTiltak.avvik_id == _THIS)


def _files() -> Branch:
    found = _branch(FILES, Fil.offentleg_id, Fil.namn, Fil.id, fra=cast(Fil.storleik, String))
    return found.where(Fil.subjekt_type == "avvik", Fil.subjekt_id == _THIS)


def _offered(work: Work) -> Branch:
    """Measures she may let serve the case too: not settled, hers or of the case's own unit, the nearest deadlines first.

    Each state of each by an index in the order of deadlines, and titles of those that are shown alone: the cost is that of the
    list, however many a unit has.
    """
    here = select(Avvik.eining_id).where(Avvik.id == _THIS).scalar_subquery()
    read_here = and_(Tiltak.eining_id == here, Tiltak.eining_id.in_(work.units(Right.TILTAK_LES)), Tiltak.skjerma.is_(False))
    serve = select(AvvikTiltak.tiltak_id).where(AvvikTiltak.avvik_id == _THIS)
    parts = []
    for reason in (Tiltak.ansvarleg_id == work.me.id, read_here):
        for status in sorted(UNSETTLED):
            part = select(Tiltak.id, Tiltak.frist).where(reason, Tiltak.status == status, Tiltak.id.not_in(serve))
            parts.append(select(part.order_by(Tiltak.frist).limit(at_most(MOST_MEASURES)).subquery()))
    each = union(*parts).subquery()
    nearest = select(each.c.id).order_by(each.c.frist, each.c.id).limit(at_most(MOST_MEASURES)).subquery()
    found = _branch(OFFERED, _EMPTY, Tiltak.tittel, Tiltak.id, fra=cast(Tiltak.frist, String))
    return found.join(nearest, nearest.c.id == Tiltak.id)


_BRANCHES: Final[Mapping[str, Callable[[Work], Branch]]] = {
    "historie": lambda _work: _history(),
    "arsak": lambda _work: _branch("arsak", AvvikArsak.arsak, AvvikArsak.kvifor).where(AvvikArsak.avvik_id == _THIS),
    "utfall": lambda _work: _branch("utfall", AvvikUtfall.utfall, AvvikUtfall.grunngiving).where(AvvikUtfall.avvik_id == _THIS),
    "tillegg": lambda _work: _branch("tillegg", AvvikTillegg.felt, AvvikTillegg.verdi).where(AvvikTillegg.avvik_id == _THIS),
    MEASURES: lambda _work: _serving(),
    FILES: lambda _work: _files(),
    OFFERED: _offered,
}


def _own(work: Work, kinds: tuple[str, ...]) -> Branch:
    found = union_all(*(_BRANCHES[kind](work) for kind in kinds)).subquery()
    return select(*found.c)


def own(work: Work, avvik_id: int, kinds: tuple[str, ...]) -> Mapping[str, list[Any]]:
    """The rows of a case by kind, each kind in the order it is shown; `OWN` first among `kinds`."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in asked.rows(work, _own, kinds, avvik=avvik_id):
        found[row.slag].append(row)
    for kind in ("historie", MEASURES, FILES):
        found[kind].sort(key=lambda row: int(row.tal))
    for kind in ("arsak", "utfall", "tillegg"):
        found[kind].sort(key=lambda row: str(row.kode))
    found[OFFERED].sort(key=lambda row: (str(row.fra), int(row.tal)))
    return found


class Rundt(NamedTuple):
    """What is around a case: people by employee number, name, whether they are employed, and role; and the case's words.

    People are those who hold a role for its unit or above, the unit's deputy, and those who work there.
    """

    linje: tuple[tuple[str, str, bool, str], ...] = ()
    stedfortredar: tuple[tuple[str, str, bool, str], ...] = ()
    tilsett: tuple[tuple[str, str, bool, str], ...] = ()
    ord: tuple[tuple[str, str, bool, str], ...] = ()


def _employed(work: Work) -> ColumnElement[int]:
    """`Person.is_employed`, as the database says it."""
    there = and_(Person.tilsett_fra <= work.today, or_(Person.tilsett_til.is_(None), Person.tilsett_til >= work.today))
    return case((and_(Person.deaktivert.is_(False), there), 1), else_=0)


def _in_line(work: Work, above: tuple[int, ...], roles: tuple[str, ...]) -> Branch:
    """Those who today hold one of the roles on one of the units; `rekkje` is the role."""
    today = and_(Tilgang.gjeld_fra <= work.today, or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= work.today))
    found = _branch("linje", Person.ansattnr, Person.namn, _employed(work), Tilgang.rolle)
    held = Tilgang.person_id == Person.id
    return found.join(Tilgang, held).where(Tilgang.eining_id.in_(above), Tilgang.rolle.in_(roles), today)


def _staff(work: Work) -> Branch:
    """The people of the unit, the first of them by name."""
    here = (
        select(Person.ansattnr, Person.namn, _employed(work).label("tilsett"))
        .join(PersonEining, PersonEining.person_id == Person.id)
        .where(PersonEining.eining_id == bindparam("eining", type_=Integer), Person.deaktivert.is_(False))
        .order_by(Person.namn)
        .limit(MOST_PEOPLE)
        .subquery()
    )
    return _branch("tilsett", here.c.ansattnr, here.c.namn, here.c.tilsett)


def _deputy(work: Work) -> Branch:
    deputy = bindparam("stedfortredar", type_=Integer)
    return _branch("stedfortredar", Person.ansattnr, Person.namn, _employed(work)).where(Person.id == deputy)


def _words() -> Branch:
    return _branch("ord", AvvikOrd.ord, _EMPTY).where(AvvikOrd.avvik_id == _THIS)


def _around(work: Work, above: tuple[int, ...], roles: tuple[str, ...], kinds: tuple[str, ...]) -> Branch:
    branches = [_in_line(work, above, roles)] if roles else []
    branches += [_deputy(work), _staff(work)] if STAFF in kinds else []
    branches += [_words()] if WORDS in kinds else []
    found = union_all(*branches).subquery()
    return select(found.c.slag, found.c.kode, found.c.tekst, found.c.tal, found.c.rekkje)


def around(work: Work, head: Any, unit: Eining, roles: frozenset[str], kinds: tuple[str, ...]) -> Rundt:
    """Those who hold one of `roles` for the case's unit or above; with `STAFF` the unit's people, with `WORDS` the case's words."""
    if not roles and not kinds:
        return Rundt()
    above = tuple(int(part) for part in unit.sti.split("/") if part) if roles else ()
    values = {"eining": unit.id, "stedfortredar": unit.stedfortredar_id or 0} if STAFF in kinds else {}
    values |= {"avvik": head.id} if WORDS in kinds else {}
    found: defaultdict[str, list[tuple[str, str, bool, str]]] = defaultdict(list)
    for row in asked.rows(work, _around, above, tuple(sorted(roles)), kinds, **values):
        found[row.slag].append((row.kode, row.tekst, bool(row.tal), row.rekkje))
    return Rundt(*(tuple(sorted(found[kind])) for kind in Rundt._fields))
