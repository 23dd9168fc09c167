"""Cases like the one that is handled: the same thing in the same unit lately, and those that share its rare words."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from avvik.models import Avvik, AvvikOrd
from avvik.ordpar import SMALL
from avvik.queries.access import visible
from avvik.sok import key, words
from kjerne import asked
from kjerne.katalog import Hovudtype, Post, Underkategori, versions
from kjerne.kept import kept
from kjerne.models import Eining
from kjerne.work import Work

WINDOW = timedelta(days=90)
MOST = 5
RARE, SHARE = 200, 10
WORDS_TRIED, WORDS_SHARED = 12, 2
SHORTEST = 4


def _rows(work: Work) -> Select[*tuple[Any, ...]]:
    """What the facts pane shows of a case, among those this person may open."""
    columns = (Avvik.id, Avvik.aar, Avvik.lopenr, Avvik.alvor, Avvik.status, Avvik.duplikat_av_id, Avvik.underkategori, Avvik.meldt)
    joined = select(*columns, Eining.namn.label("eining")).join(Eining, Eining.id == Avvik.eining_id)
    return joined.where(visible(work), Avvik.id != bindparam("avvik"))


def _same_kind(work: Work) -> Select[*tuple[Any, ...]]:
    return (
        _rows(work)
        .where(
            Avvik.eining_id == bindparam("eining"),
            Avvik.underkategori == bindparam("kategori"),
            Avvik.meldt.between(bindparam("fra"), bindparam("til")),
        )
        .order_by(Avvik.id.desc())
        .limit(MOST)
    )


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
        .limit(2 * MOST)
    )


def _both(work: Work) -> Select[*tuple[Any, ...]]:
    """The same kind (`felles` 0) and those that share words, in one question."""
    same = _same_kind(work).add_columns(literal_column("0", Integer).label("felles")).subquery()
    alike = _alike(work).subquery()
    both = union_all(select(*same.c), select(*alike.c)).subquery()
    return select(*both.c)


_SMALL: Final = frozenset(key(word) for word in words(SMALL))


def _labels(db: Session, hovudtype: str, underkategori: str) -> frozenset[str]:
    """Words that say nothing about a case of a category: small words and the category's own labels."""
    rows: list[Post] = [*versions(db, Hovudtype).get(hovudtype, []), *versions(db, Underkategori).get(underkategori, [])]
    return _SMALL | {key(word) for row in rows for word in words(f"{row.nn} {row.nb}")}


def _common(work: Work, head: Any) -> frozenset[str]:
    """Words that say nothing about this very case: those of its category, and its unit's name."""
    kind = (head.hovudtype, head.underkategori)
    labels = kept(work.db, f"vanlege ord {kind}", lambda own: _labels(own, *kind))
    return labels | {key(word) for word in words(head.eining_namn)}


def counted_to(newest: int | None) -> int:
    """How far the cases that have a word are counted: one more than a rare word may have. `newest`: the highest id of any case."""
    return min(RARE, max(MOST, (newest or 0) // SHARE)) + 1


def rare_words(work: Work, head: Any, spread: Sequence[Any]) -> list[str]:
    """The words of a case that few others have, rarest first. `spread`: word (`kode`) and number of cases (`tal`), from `pairs`."""
    most = counted_to(head.nyaste)
    few = [row for row in spread if 1 < row.tal < most and len(row.kode) >= SHORTEST and row.kode.isalpha()]
    if not few:
        return []
    common = _common(work, head)
    found = [(row.tal, row.kode) for row in few if row.kode not in common and key(row.kode) not in common]
    return [word for _tal, word in sorted(found)[:WORDS_TRIED]]


def similar(work: Work, head: Any, spread: Sequence[Any]) -> list[Any]:
    """At most ten cases like this one that the person may open, also closed ones and those of other units. One query."""
    about = {"eining": head.eining_id, "kategori": head.underkategori, "fra": head.meldt - WINDOW, "til": head.meldt + WINDOW}
    rare = rare_words(work, head, spread)
    if not rare:
        return asked.rows(work, _same_kind, avvik=head.id, **about)
    tried = {f"ord{n}": rare[min(n, len(rare) - 1)] for n in range(WORDS_TRIED)}
    found = asked.rows(work, _both, avvik=head.id, **about, **tried)
    same = sorted((row for row in found if not row.felles), key=lambda row: -row.id)
    known = {row.id for row in same}
    others = (row for row in found if row.felles and row.id not in known)
    return same + sorted(others, key=lambda row: (-row.felles, -row.id))[:MOST]
