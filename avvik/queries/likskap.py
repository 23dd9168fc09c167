"""Cases like the one that is handled: the same thing in the same unit lately, and those that share its rare words."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from avvik.models import Avvik, AvvikOrd
from avvik.ordpar import COMMON
from avvik.queries.access import seen
from avvik.sok import key, words
from kjerne import asked
from kjerne.db import at_most
from kjerne.katalog import Hovudtype, Post, Underkategori, versions
from kjerne.kept import kept
from kjerne.models import Eining
from kjerne.work import Work

WINDOW = timedelta(days=90)
MOST, NEWEST = 5, 50
RARE, SHARE = 200, 10
WORDS_TRIED, WORDS_SHARED = 12, 2
SHORTEST = 4
#: How many words are counted at a time: the next size up, so that few statements are kept.
_SIZES: Final = tuple(8 << n for n in range(12))


def _rows(work: Work) -> Select[*tuple[Any, ...]]:
    """What the facts pane shows of a case, among those this person may open."""
    columns = (Avvik.id, Avvik.aar, Avvik.lopenr, Avvik.alvor, Avvik.status, Avvik.duplikat_av_id, Avvik.underkategori, Avvik.meldt)
    joined = select(*columns, Eining.namn.label("eining")).join(Eining, Eining.id == Avvik.eining_id)
    return joined.where(seen(work), Avvik.id != bindparam("avvik"))


def _same_kind(work: Work) -> Select[*tuple[Any, ...]]:
    """Among the newest of the kind those she may open: where a unit has thousands of a kind, not each of them is asked about."""
    newest = (
        select(Avvik.id)
        .where(
            Avvik.eining_id == bindparam("eining"),
            Avvik.underkategori == bindparam("kategori"),
            Avvik.meldt.between(bindparam("fra"), bindparam("til")),
        )
        .order_by(Avvik.id.desc())
        .limit(at_most(NEWEST))
        .subquery()
    )
    return _rows(work).join(newest, newest.c.id == Avvik.id).order_by(Avvik.id.desc()).limit(at_most(MOST))


def _alike(work: Work) -> Select[*tuple[Any, ...]]:
    """Those that share some of twelve words, and so many more as the same kind can take of them."""
    shared = (
        select(AvvikOrd.avvik_id, func.count().label("felles"))
        .where(AvvikOrd.ord.in_([bindparam(f"ord{n}") for n in range(WORDS_TRIED)]))
        .group_by(AvvikOrd.avvik_id)
        .having(func.count() >= WORDS_SHARED)
        .subquery()
    )
    return (
        _rows(work)
        .add_columns(shared.c.felles)
        .join(shared, shared.c.avvik_id == Avvik.id)
        .order_by(shared.c.felles.desc(), Avvik.id.desc())
        .limit(at_most(2 * MOST))
    )


def _both(work: Work) -> Select[*tuple[Any, ...]]:
    """The same kind (`felles` 0) and those that share words, in one question."""
    same = _same_kind(work).add_columns(literal_column("0", Integer).label("felles")).subquery()
    alike = _alike(work).subquery()
    both = union_all(select(*same.c), select(*alike.c)).subquery()
    return select(*both.c)


_COMMON: Final = frozenset(key(word) for word in words(COMMON))


def _labels(db: Session, hovudtype: str, underkategori: str) -> frozenset[str]:
    """Words that say nothing about a case of a category: small words and the category's own labels."""
    rows: list[Post] = [*versions(db, Hovudtype).get(hovudtype, []), *versions(db, Underkategori).get(underkategori, [])]
    return _COMMON | {key(word) for row in rows for word in words(f"{row.nn} {row.nb}")}


def _common(db: Session, head: Any, eining: Eining) -> frozenset[str]:
    """Words that say nothing about this very case: those of its category, and its unit's name."""
    kind = (head.hovudtype, head.underkategori)
    labels = kept(db, f"vanlege ord {kind}", lambda own: _labels(own, *kind))
    return labels | {key(word) for word in words(eining.namn)}


def _spread(_work: Work, size: int) -> Select[str, int]:
    """How many cases have each of some of a case's words, counted no further than `grense`."""
    mine, others = AvvikOrd.__table__.alias("mine"), AvvikOrd.__table__.alias("andre")
    limit = bindparam("grense", type_=Integer)
    counted = select(others.c.avvik_id).where(others.c.ord == mine.c.ord).limit(limit).correlate(mine).subquery()
    spread = select(func.count()).select_from(counted).correlate(mine).scalar_subquery()
    tried = mine.c.ord.in_([bindparam(f"ord{n}") for n in range(size)])
    return select(mine.c.ord, spread.label("tal")).where(mine.c.avvik_id == bindparam("avvik"), tried)


def _nothing_yet(_own: Session) -> set[str]:
    return set()


def rare_words(work: Work, head: Any, eining: Eining, mine: Sequence[str]) -> list[str]:
    """The words of a case (`mine`) that few others have, rarest first. Each is counted no further than a fixed limit.

    A word that has reached the limit stays a common one: it is not counted again while this process lives.
    """
    most = min(RARE, max(MOST, (head.nyaste or 0) // SHARE))
    many = kept(work.db, f"ord i fleire enn {most} saker", _nothing_yet)
    tried = [word for word in mine if word not in many and len(word) >= SHORTEST and word.isalpha()]
    if not tried:
        return []
    common = _common(work.db, head, eining)
    tried = [word for word in tried if word not in common and key(word) not in common]
    if not tried:
        return []
    size = next(size for size in _SIZES if size >= len(tried))
    asked_for = {f"ord{n}": tried[min(n, len(tried) - 1)] for n in range(size)}
    rows = asked.rows(work, _spread, size, avvik=head.id, grense=most + 1, **asked_for)
    many.update(row.ord for row in rows if row.tal > most)
    return [word for _tal, word in sorted((row.tal, row.ord) for row in rows if 1 < row.tal <= most)[:WORDS_TRIED]]


def similar(work: Work, head: Any, eining: Eining, mine: Sequence[str]) -> list[Any]:
    """At most ten cases like this one that the person may open, closed ones and other units' too. At most two queries."""
    about = {"eining": head.eining_id, "kategori": head.underkategori, "fra": head.meldt - WINDOW, "til": head.meldt + WINDOW}
    rare = rare_words(work, head, eining, mine)
    if not rare:
        return asked.rows(work, _same_kind, avvik=head.id, **about)
    tried = {f"ord{n}": rare[min(n, len(rare) - 1)] for n in range(WORDS_TRIED)}
    found = asked.rows(work, _both, avvik=head.id, **about, **tried)
    same = sorted((row for row in found if not row.felles), key=lambda row: -row.id)
    known = {row.id for row in same}
    others = (row for row in found if row.felles and row.id not in known)
    return same + sorted(others, key=lambda row: (-row.felles, -row.id))[:MOST]
