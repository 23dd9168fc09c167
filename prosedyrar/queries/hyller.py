"""A page of a shelf by title, and how many each shelf holds: the cost is that of a page, whatever the library holds.

What is common is walked in the titles' order by an index that begins with what it is narrowed to, each unit by its own, and
stops at the page's end. What is rare (favourites, work under way, few past their deadline) is fetched by its own index and
sorted. Counts stop at `COUNT_MAX`.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, tuple_, union_all

from kjerne import asked
from kjerne.clock import add_months
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreFavoritt, ProsedyreOpning, ProsedyreVersjon
from prosedyrar.models.dokument import OPEN as ON_ITS_WAY
from prosedyrar.queries import hoyring
from prosedyrar.queries.access import WORKPLACE, belongs, memberships, visible
from prosedyrar.queries.bibliotek import PAGE, Cursor, Filter, Hylle, Row, favourites, has_valid, under_way
from prosedyrar.queries.mitt import waits_for_approval
from prosedyrar.rules import OPEN, Tilstand

__all__ = ["COUNT_MAX", "counts", "listing"]

#: A tab says "999+" from here on: counting further would cost by the row.
COUNT_MAX: Final = 1000
#: So many units are walked one by one; more of them are a large part of the library, and its titles are gone through.
_MOST_UNITS: Final = 100
#: The most read of a year are sought among so many of each month.
_OF_A_MONTH: Final = 100
Units = tuple[int, ...] | None


def _subtree(_work: Work) -> Select[int]:
    top = select(Eining.sti).where(Eining.id == bindparam("eining")).scalar_subquery()
    return select(Eining.id).where(Eining.sti.startswith(top)).order_by(Eining.id)


def _units(work: Work, hylle: Hylle, narrow: Filter) -> Units:
    """The units a page is of; None: all."""
    found: frozenset[int] | None = None
    if narrow.eining_id is not None:
        found = frozenset(row.id for row in asked.rows(work, _subtree, eining=narrow.eining_id))
    if hylle is Hylle.MINE:
        mine = memberships(work).get(WORKPLACE, frozenset())
        found = mine if found is None else found & mine
    return None if found is None else tuple(sorted(found))


def _kinds(narrow: Filter, *, sought: bool) -> list[ColumnElement[bool]]:
    """Type and theme. `sought`: by their index; else held against rows that are found already."""
    said = [(Prosedyre.dokumenttype, narrow.dokumenttype), (Prosedyre.tema, narrow.tema)]
    return [(column if sought else column.concat("")) == value for column, value in said if value is not None]


def _after(title: ColumnElement[str]) -> ColumnElement[bool]:
    return tuple_(title, Prosedyre.id) > tuple_(bindparam("fra"), bindparam("etter"))


def _walk(*where: ColumnElement[bool]) -> Select[int]:
    """The first by title that are valid, along an index. The first page too goes on, after nothing: then the index is used."""
    query = select(Prosedyre.id).where(*where, has_valid(), _after(Prosedyre.tittel.expression))
    part = query.order_by(Prosedyre.tittel, Prosedyre.id).limit(PAGE + 1).subquery()
    return select(part.c.id)


def _waiting(work: Work) -> ColumnElement[bool]:
    """Versions that wait for this person: for her approval, or for her word in a hearing."""
    asked_about = select(hoyring.mine(work).subquery().c.versjon_id)
    return or_(waits_for_approval(work), ProsedyreVersjon.id.in_(asked_about))


def _waits(work: Work) -> ColumnElement[bool]:
    """Whether a document has such a version."""
    return Prosedyre.id.in_(select(ProsedyreVersjon.prosedyre_id).where(_waiting(work)))


def _rare(work: Work, hylle: Hylle) -> Select[int] | None:
    """The documents of a shelf that few stand on, by their own index. None for a shelf that is walked."""
    if hylle is Hylle.FAVORITTAR:
        return favourites(work)
    if hylle is Hylle.ARBEID:
        return select(ProsedyreVersjon.prosedyre_id).where(ON_ITS_WAY, visible(work))
    if hylle is Hylle.VENTAR:
        return select(ProsedyreVersjon.prosedyre_id).where(_waiting(work))
    return None if hylle is not Hylle.OVER_FRIST else select(Prosedyre.id).where(Prosedyre.revisjonsfrist < work.today)


def _chosen(work: Work, hylle: Hylle, narrow: Filter, units: Units, many: bool) -> Select[int]:  # noqa: FBT001 - a part of a question has no name
    """The ids a page is taken from: at most a page of each place, or all of what is rare."""
    rare = None if many else _rare(work, hylle)
    if rare is not None:
        conditions = [Prosedyre.id.in_(rare), *_kinds(narrow, sought=False)]
        if units is not None:
            conditions.append((Prosedyre.eining_id + 0).in_(units))
        return select(Prosedyre.id).where(*conditions)
    conditions = _kinds(narrow, sought=True)
    if hylle is Hylle.OVER_FRIST:
        conditions.append(Prosedyre.revisjonsfrist < work.today)
    if units is None:
        return _walk(*conditions)
    if not 0 < len(units) <= _MOST_UNITS:
        return _walk((Prosedyre.eining_id + 0).in_(units), *conditions)
    parts = union_all(*(_walk(Prosedyre.eining_id == unit, *conditions) for unit in units)).subquery()
    return select(parts.c.id)


def _lines(work: Work, open_: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of a question has no name
    """The columns of a line, of the version the shelf shows."""
    shown = ProsedyreVersjon.tilstand.in_(OPEN) & visible(work) if open_ else ProsedyreVersjon.tilstand == Tilstand.GYLDIG
    return (
        select(
            *Prosedyre.__table__.c,
            ProsedyreVersjon.id.label("versjon_id"),
            ProsedyreVersjon.major,
            ProsedyreVersjon.minor,
            ProsedyreVersjon.tilstand,
            ProsedyreVersjon.gyldig_fra,
            Eining.namn.label("eining"),
            Prosedyre.id.in_(favourites(work)).label("favoritt"),
            under_way(work).label("under_arbeid"),
        )
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(shown)
    )


def _page(work: Work, _belongs: object, hylle: Hylle, narrow: Filter, units: Units, many: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of a question has no name
    chosen = _chosen(work, hylle, narrow, units, many).subquery()
    title = Prosedyre.tittel.concat("")  # an expression, so that what is chosen leads and not the titles
    query = _lines(work, hylle in {Hylle.ARBEID, Hylle.VENTAR}).join(chosen, chosen.c.id == Prosedyre.id)
    return query.where(_after(title)).order_by(title, Prosedyre.id).limit(PAGE + 1)


def _some(narrow: Filter, units: Units) -> Select[int]:
    """All it is narrowed to, and more: by one of its conditions and so by one index, cut short."""
    one = _kinds(narrow, sought=True)[:1] if units is None else [Prosedyre.eining_id.in_(units)]
    return select(Prosedyre.id).where(*one).limit(COUNT_MAX)


def _most_read(work: Work, _belongs: object, narrow: Filter, units: Units) -> Select[*tuple[Any, ...]]:
    first = add_months(work.today.replace(day=1), -12)
    months = []
    for month in range(13):
        of_month = select(ProsedyreOpning.prosedyre_id).where(ProsedyreOpning.maanad == add_months(first, month))
        months.append(
            of_month.order_by(ProsedyreOpning.tal.desc(), ProsedyreOpning.prosedyre_id.desc()).limit(_OF_A_MONTH).subquery()
        )
    places = [select(month.c.prosedyre_id) for month in months]
    if narrow.on:
        places.append(select(_some(narrow, units).subquery().c.id))
    candidates = union_all(*places).subquery()
    read = (
        select(ProsedyreOpning.prosedyre_id.label("id"), func.sum(ProsedyreOpning.tal).label("tal"))
        .where(ProsedyreOpning.prosedyre_id.in_(select(candidates.c.prosedyre_id)), ProsedyreOpning.maanad >= first)
        .group_by(ProsedyreOpning.prosedyre_id)
        .subquery()
    )
    query = _lines(work, False).join(read, read.c.id == Prosedyre.id).where(*_kinds(narrow, sought=False))
    if units is not None:
        query = query.where((Prosedyre.eining_id + 0).in_(units))
    return query.order_by(read.c.tal.desc(), Prosedyre.id).limit(PAGE)


def _as_rows(found: Sequence[Any]) -> list[Row]:
    return [
        Row(row, row.versjon_id, row.major, row.minor, row.tilstand, row.gyldig_fra, row.eining, row.favoritt, row.under_arbeid)
        for row in found
    ]


def _overdue(work: Work) -> Select[int]:
    late = select(Prosedyre.id).where(Prosedyre.revisjonsfrist < work.today).limit(COUNT_MAX).subquery()
    return select(func.count()).select_from(late)


def listing(work: Work, hylle: Hylle, narrow: Filter, after: Cursor | None = None) -> list[Row]:
    """One page of a shelf by title, and one row more when there is a next. At most four questions.

    The most read stand by openings in a year, of those that were among the hundred most read in one of its months; a list that
    is narrowed looks at the first `COUNT_MAX` it is narrowed to as well.
    """
    units = _units(work, hylle, narrow)
    if hylle is Hylle.MEST_LESNE:
        return _as_rows(asked.rows(work, _most_read, belongs(work), narrow, units))
    many = hylle is Hylle.OVER_FRIST and asked.value(work, _overdue) >= COUNT_MAX
    title, last = after or ("", 0)
    return _as_rows(asked.rows(work, _page, belongs(work), hylle, narrow, units, many, fra=title, etter=last))


def _capped(rows: Select[Any]) -> Any:
    return select(func.count()).select_from(rows.limit(COUNT_MAX).subquery()).scalar_subquery()


def _counts(work: Work, _belongs: object) -> Select[*tuple[int, ...]]:
    documents = select(Prosedyre.id).where(has_valid())
    mine = memberships(work).get(WORKPLACE, frozenset())
    shelves = {
        Hylle.ALLE: select(ProsedyreVersjon.id).where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG),
        Hylle.MINE: documents.where(Prosedyre.eining_id.in_(sorted(mine))),
        Hylle.FAVORITTAR: favourites(work).join(
            ProsedyreVersjon,
            (ProsedyreVersjon.prosedyre_id == ProsedyreFavoritt.prosedyre_id) & (ProsedyreVersjon.tilstand == Tilstand.GYLDIG),
        ),
        Hylle.OVER_FRIST: documents.where(Prosedyre.revisjonsfrist < work.today),
        Hylle.ARBEID: select(ProsedyreVersjon.id).where(ON_ITS_WAY, visible(work)),
        Hylle.VENTAR: select(ProsedyreVersjon.id).where(_waiting(work)),
    }
    return select(*(_capped(rows).label(hylle.name) for hylle, rows in shelves.items()))


def _narrow_counts(work: Work, _belongs: object, narrow: Filter, units: Units) -> Select[*tuple[int, ...]]:
    """The same of what it is narrowed to, and first of all how many documents that is, by one index, one more than are counted."""
    some = _some(narrow, units).subquery()
    mine, kept = memberships(work).get(WORKPLACE, frozenset()), favourites(work)
    shelves = {
        Hylle.ALLE: has_valid(),
        Hylle.MINE: (Prosedyre.eining_id + 0).in_(sorted(mine)) & has_valid(),
        Hylle.FAVORITTAR: Prosedyre.id.in_(kept) & has_valid(),
        Hylle.OVER_FRIST: (Prosedyre.revisjonsfrist < work.today) & has_valid(),
        Hylle.ARBEID: under_way(work),
        Hylle.VENTAR: _waits(work),
    }
    rest = _kinds(narrow, sought=False)
    if units is not None:
        rest.append((Prosedyre.eining_id + 0).in_(units))
    sums = (func.count().filter(*rest, condition).label(hylle.name) for hylle, condition in shelves.items())
    return select(func.count().label("alt"), *sums).select_from(some).join(Prosedyre, Prosedyre.id == some.c.id)


def counts(work: Work, narrow: Filter) -> dict[str, int]:
    """How many stand on each shelf but the most read, up to `COUNT_MAX`. One question, and one for the units it is narrowed to.

    Nothing when it is narrowed to something so common that each of its documents would have to be looked at.
    """
    if narrow.on:
        (found,) = asked.rows(work, _narrow_counts, belongs(work), narrow, _units(work, Hylle.ALLE, narrow))
        if found.alt >= COUNT_MAX:
            return {}
    else:
        (found,) = asked.rows(work, _counts, belongs(work))
    return {hylle.value: int(getattr(found, hylle.name)) for hylle in Hylle if hylle is not Hylle.MEST_LESNE}
