"""Words of a case for search: Norwegian stems, nynorsk and bokmål as one, kept in the transaction that writes the text.

Indexed is what everybody who may open the case reads: the reporter's own words, the talk she sees, the number, the unit
and the labels of the category. Names, comments among handlers and an answer not yet sent are never indexed.
"""

import json
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, event, insert, inspect, select, text
from sqlalchemy.orm import Mapper, Session

from avvik.models import Avvik, AvvikHending, AvvikOrd
from kjerne.db import table
from kjerne.einingar import tree
from kjerne.katalog import Hovudtype, Underkategori, versions
from kjerne.models import Eining
from kjerne.sok import key, plain, stem, tokens, words
from kjerne.written import write

PORTION = 1000
FIELDS = ("aar", "lopenr", "eining_id", "skildring", "strakstiltak", "forslag", "arsak_meldar", "hovudtype", "underkategori")
Labels = dict[str, str]
Texts = Row[Any] | Avvik | SimpleNamespace


_LABELS: Final = (
    select(Hovudtype.kode, Hovudtype.nn, Hovudtype.nb).order_by(Hovudtype.gjeld_fra),
    select(Underkategori.kode, Underkategori.nn, Underkategori.nb).order_by(Underkategori.gjeld_fra),
    select(Eining.id, Eining.namn),
)
_LABELS_OF_ONE: Final = (
    _LABELS[0].where(Hovudtype.kode == bindparam("type")),
    _LABELS[1].where(Underkategori.kode == bindparam("kind")),
    _LABELS[2].where(Eining.id == bindparam("unit")),
)


def labels(connection: Connection, case: Row[Any] | Avvik | None = None) -> Labels:
    """Code → texts in nynorsk and bokmål of the categories, and unit id → name: of one case, or all."""
    questions = _LABELS if case is None else _LABELS_OF_ONE
    given = {} if case is None else {"type": case.hovudtype, "kind": case.underkategori, "unit": case.eining_id}
    types, kinds, units = (connection.execute(query, given).all() for query in questions)
    found: Labels = {}
    for kode, nn, nb in (*types, *kinds):  # a label that was changed: both the old words and the new find it
        found[kode] = f"{found.get(kode, '')} {nn} {nb}"
    return found | {str(key): namn for key, namn in units}


def _kept_labels(db: Session, case: Texts) -> Labels:
    """The same of one case, from what is kept in the process."""
    found: Labels = {}
    for row in (*versions(db, Hovudtype).get(case.hovudtype, ()), *versions(db, Underkategori).get(case.underkategori, ())):
        found[row.kode] = f"{found.get(row.kode, '')} {row.nn} {row.nb}"
    unit = tree(db).einingar.get(case.eining_id)
    return found | {str(case.eining_id): unit.namn if unit else ""}


def own(case: Texts, names: Labels) -> list[str]:
    """The case's own texts, and what its unit and category are called."""
    called = [names.get(code, "") for code in (case.hovudtype, case.underkategori, str(case.eining_id))]
    return [f"{case.aar}-{case.lopenr}", case.skildring, case.strakstiltak, case.forslag, case.arsak_meldar, *called]


#: All words of a case at once, from a JSON list.
_INSERT: Final = {
    "sqlite": text("INSERT INTO avvik_ord (avvik_id, ord) SELECT :avvik, value FROM json_each(:ord)"),
    "postgresql": text("INSERT INTO avvik_ord (avvik_id, ord) SELECT :avvik, json_array_elements_text(CAST(:ord AS json))"),
}


def _add(connection: Connection, avvik_id: int, found: Iterable[str]) -> None:
    write(connection, _INSERT[connection.dialect.name], {"avvik": avvik_id, "ord": json.dumps(sorted(found), ensure_ascii=False)})


def index_case(connection: Connection, avvik_id: int) -> None:
    """Index a case anew from what the database holds, in the transaction that is open."""
    connection.execute(delete(table(AvvikOrd)).where(AvvikOrd.avvik_id == avvik_id))
    columns = [getattr(Avvik, name) for name in FIELDS]
    case = connection.execute(select(*columns).where(Avvik.id == avvik_id)).one_or_none()
    if case is not None:
        talk = connection.scalars(_talk().where(AvvikHending.avvik_id == avvik_id)).all()
        _add(connection, avvik_id, tokens([*own(case, labels(connection, case)), *talk]))


def index_new(db: Session, avvik_id: int, case: Texts) -> None:
    """Index a case whose row was written past the mapper."""
    _add(db.connection(), avvik_id, tokens(own(case, _kept_labels(db, case))))


def _talk() -> Any:
    return select(AvvikHending.tekst).where(AvvikHending.synleg_meldar, AvvikHending.tekst != "")


def _after_insert(_mapper: Mapper[Avvik], connection: Connection, avvik: Avvik) -> None:
    _add(connection, avvik.id, tokens(own(avvik, labels(connection, avvik))))


def _after_update(_mapper: Mapper[Avvik], connection: Connection, avvik: Avvik) -> None:
    if any(inspect(avvik).attrs[name].history.has_changes() for name in FIELDS):
        index_case(connection, avvik.id)


def _before_delete(_mapper: Mapper[Avvik], connection: Connection, avvik: Avvik) -> None:
    connection.execute(delete(table(AvvikOrd)).where(AvvikOrd.avvik_id == avvik.id))


def _line_added(_mapper: Mapper[AvvikHending], connection: Connection, line: AvvikHending) -> None:
    if line.synleg_meldar and line.tekst:
        have = connection.scalars(select(AvvikOrd.ord).where(AvvikOrd.avvik_id == line.avvik_id))
        _add(connection, line.avvik_id, tokens([line.tekst]) - set(have))


def _line_changed(_mapper: Mapper[AvvikHending], connection: Connection, line: AvvikHending) -> None:
    index_case(connection, line.avvik_id)


def install() -> None:
    """Keep the words from now on. Called once by whoever puts the application together."""
    if not event.contains(Avvik, "after_insert", _after_insert):
        event.listen(Avvik, "after_insert", _after_insert)
        event.listen(Avvik, "after_update", _after_update)
        event.listen(Avvik, "before_delete", _before_delete)
        event.listen(AvvikHending, "after_insert", _line_added)
        event.listen(AvvikHending, "after_update", _line_changed)
        event.listen(AvvikHending, "after_delete", _line_changed)


def _portions(connection: Connection) -> Iterator[list[Row[Any]]]:
    last, columns = 0, [getattr(Avvik, name) for name in ("id", *FIELDS)]
    while rows := connection.execute(select(*columns).where(Avvik.id > last).order_by(Avvik.id).limit(PORTION)).all():
        yield list(rows)
        last = rows[-1].id


def rebuild(db: Session) -> None:
    """Index all cases anew, in portions: after a bulk load, a changed label or a changed table of spellings."""
    connection = db.connection()
    connection.execute(delete(table(AvvikOrd)))
    names = labels(connection)
    for cases in _portions(connection):
        talk: dict[int, list[str]] = {}
        asked = select(AvvikHending.avvik_id, AvvikHending.tekst).where(
            AvvikHending.avvik_id.between(cases[0].id, cases[-1].id), AvvikHending.synleg_meldar, AvvikHending.tekst != ""
        )
        for avvik_id, said in connection.execute(asked):
            talk.setdefault(avvik_id, []).append(said)
        rows = [
            {"avvik_id": case.id, "ord": token}
            for case in cases
            for token in sorted(tokens([*own(case, names), *talk.get(case.id, [])]))
        ]
        connection.execute(insert(table(AvvikOrd)), rows)


__all__ = ["Labels", "index_case", "index_new", "install", "key", "labels", "own", "plain", "rebuild", "stem", "tokens", "words"]
