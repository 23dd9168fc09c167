"""What of a case's page is pairs of code and text, in one question: causes, outcomes, extra fields, what its forms offer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from avvik.models import AvvikArsak, AvvikOrd, AvvikTillegg, AvvikTiltak, AvvikUtfall
from kjerne import asked
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kjerne.work import Work
from tiltak.models import Tiltak
from tiltak.queries import visible as visible_measure
from tiltak.rules import UNSETTLED

__all__ = ["CHOICES", "OWN", "WORDS", "pairs"]

MOST_PEOPLE = 200
MOST_MEASURES = 50
#: What every page of a case shows; the words by which it is like others; what the open steps offer.
OWN: Final = ("arsak", "utfall", "tillegg")
WORDS: Final = ("ord",)
CHOICES: Final = ("stedfortredar", "tilsett", "eining", "tiltak")
_LINE: Final = "linje"
_THIS: Final = bindparam("avvik", type_=Integer)
_NOTHING: Final = literal_column("0", Integer)
_EMPTY: Final = literal_column("''", String)
Branch = Select[*tuple[Any, ...]]


def _branch(slag: str, kode: Any, tekst: Any, tal: Any = _NOTHING, rekkje: Any = _EMPTY) -> Branch:
    """One kind of pair; `slag` is a word of ours, never somebody's."""
    kind: ColumnElement[str] = literal_column(f"'{slag}'", String)
    return select(kind.label("slag"), kode.label("kode"), tekst.label("tekst"), tal.label("tal"), rekkje.label("rekkje"))


def _employed(work: Work) -> ColumnElement[int]:
    """`Person.is_employed`, as the database says it."""
    there = and_(Person.tilsett_fra <= work.today, or_(Person.tilsett_til.is_(None), Person.tilsett_til >= work.today))
    return case((and_(Person.deaktivert.is_(False), there), 1), else_=0)


def _in_line(work: Work, above: tuple[int, ...], roles: tuple[str, ...]) -> Branch:
    """Those who today hold one of the roles on one of the units; `rekkje` is the role."""
    today = and_(Tilgang.gjeld_fra <= work.today, or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= work.today))
    found = _branch(_LINE, Person.ansattnr, Person.namn, _employed(work), Tilgang.rolle)
    held = Tilgang.person_id == Person.id
    return found.join(Tilgang, held).where(Tilgang.eining_id.in_(above), Tilgang.rolle.in_(roles), today)


def _staff(work: Work) -> Branch:
    """The people of the case's unit, the first of them by name."""
    here = (
        select(Person.ansattnr, Person.namn, _employed(work).label("tilsett"))
        .join(PersonEining, PersonEining.person_id == Person.id)
        .where(PersonEining.eining_id == bindparam("eining", type_=Integer), Person.deaktivert.is_(False))
        .order_by(Person.namn)
        .limit(MOST_PEOPLE)
        .subquery()
    )
    return _branch("tilsett", here.c.ansattnr, here.c.namn, here.c.tilsett)


def _units(work: Work) -> Branch:
    """The units that are active today."""
    active = or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= work.today)
    return _branch("eining", Eining.kode, Eining.namn, rekkje=Eining.sti).where(Eining.gjeld_fra <= work.today, active)


def _measures(work: Work) -> Branch:
    """Measures that are not settled, that she sees, and that do not serve the case yet."""
    serve = select(AvvikTiltak.tiltak_id).where(AvvikTiltak.avvik_id == _THIS)
    found = (
        select(Tiltak.id, Tiltak.tittel)
        .where(visible_measure(work), Tiltak.status.in_(UNSETTLED), Tiltak.id.not_in(serve))
        .order_by(Tiltak.id.desc())
        .limit(MOST_MEASURES)
        .subquery()
    )
    return _branch("tiltak", cast(found.c.id, String), found.c.tittel, found.c.id)


def _words(_work: Work) -> Branch:
    """The case's words, and how many cases have each, counted no further than `grense`."""
    mine, others = AvvikOrd.__table__.alias("mine"), AvvikOrd.__table__.alias("andre")
    limit = bindparam("grense", type_=Integer)
    counted = select(others.c.avvik_id).where(others.c.ord == mine.c.ord).limit(limit).correlate(mine).subquery()
    spread = select(func.count()).select_from(counted).correlate(mine).scalar_subquery()
    return _branch("ord", mine.c.ord, _EMPTY, spread).where(mine.c.avvik_id == _THIS)


def _pairs(work: Work, kinds: tuple[str, ...], above: tuple[int, ...], roles: tuple[str, ...]) -> Branch:
    made = {
        "arsak": lambda: _branch("arsak", AvvikArsak.arsak, AvvikArsak.kvifor).where(AvvikArsak.avvik_id == _THIS),
        "utfall": lambda: _branch("utfall", AvvikUtfall.utfall, AvvikUtfall.grunngiving).where(AvvikUtfall.avvik_id == _THIS),
        "tillegg": lambda: _branch("tillegg", AvvikTillegg.felt, AvvikTillegg.verdi).where(AvvikTillegg.avvik_id == _THIS),
        "ord": lambda: _words(work),
        "stedfortredar": lambda: _branch("stedfortredar", Person.ansattnr, Person.namn, _employed(work)).where(
            Person.id == bindparam("stedfortredar", type_=Integer)
        ),
        "tilsett": lambda: _staff(work),
        "eining": lambda: _units(work),
        "tiltak": lambda: _measures(work),
    }
    branches = [made[kind]() for kind in kinds]
    if roles:
        branches.append(_in_line(work, above, roles))
    found = union_all(*branches).subquery()
    return select(found.c.slag, found.c.kode, found.c.tekst, found.c.tal, found.c.rekkje)


def pairs(work: Work, head: Any, kinds: tuple[str, ...], roles: Iterable[str], limit: int) -> Mapping[str, list[Any]]:
    """The pairs of a case by kind, in order of code; under "linje" those who hold one of `roles` for its unit or above.

    `limit`: how far a word's cases are counted.
    """
    above = tuple(int(part) for part in head.eining_sti.split("/") if part)
    asked_for = tuple(sorted(roles))
    values: dict[str, object] = {"avvik": head.id}
    if "ord" in kinds:
        values["grense"] = limit
    if "tilsett" in kinds:
        values |= {"eining": head.eining_id, "stedfortredar": head.eining_stedfortredar or 0}
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in asked.rows(work, _pairs, kinds, above if asked_for else (), asked_for, **values):
        found[row.slag].append(row)
    return found
