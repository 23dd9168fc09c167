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
CHOICES: Final = ("stedfortredar", "tilsett", "tiltak")
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


def _pairs(work: Work, kinds: tuple[str, ...], above: tuple[int, ...], roles: tuple[str, ...]) -> Branch:
    made = {
        "arsak": lambda: _branch("arsak", AvvikArsak.arsak, AvvikArsak.kvifor).where(AvvikArsak.avvik_id == _THIS),
        "utfall": lambda: _branch("utfall", AvvikUtfall.utfall, AvvikUtfall.grunngiving).where(AvvikUtfall.avvik_id == _THIS),
        "tillegg": lambda: _branch("tillegg", AvvikTillegg.felt, AvvikTillegg.verdi).where(AvvikTillegg.avvik_id == _THIS),
        "ord": lambda: _branch("ord", AvvikOrd.ord, _EMPTY).where(AvvikOrd.avvik_id == _THIS),
        "stedfortredar": lambda: _branch("stedfortredar", Person.ansattnr, Person.namn, _employed(work)).where(
            Person.id == bindparam("stedfortredar", type_=Integer)
        ),
        "tilsett": lambda: _staff(work),
        "tiltak": lambda: _measures(work),
    }
    branches = [made[kind]() for kind in kinds]
    if roles:
        branches.append(_in_line(work, above, roles))
    found = union_all(*branches).subquery()
    return select(found.c.slag, found.c.kode, found.c.tekst, found.c.tal, found.c.rekkje)


def pairs(work: Work, head: Any, eining: Eining, kinds: tuple[str, ...], roles: Iterable[str]) -> Mapping[str, list[Any]]:
    """The pairs of a case by kind; under "linje" those who hold one of `roles` for its unit (`eining`) or above."""
    asked_for = tuple(sorted(roles))
    above = tuple(int(part) for part in eining.sti.split("/") if part) if asked_for else ()
    values: dict[str, object] = {"avvik": head.id}
    if "tilsett" in kinds:
        values |= {"eining": eining.id, "stedfortredar": eining.stedfortredar_id or 0}
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in asked.rows(work, _pairs, kinds, above, asked_for, **values):
        found[row.slag].append(row)
    return found
