"""Rows on their way into the database: gathered by table, sent in chunks, parents before children."""

from typing import Any, Final

from sqlalchemy import Connection, Table, text

from avvik import models as avvik
from kjerne.models import Epost, Leselogg, Loggline
from tiltak import models as tiltak

__all__ = ["CHUNK", "Rader", "align_sequences"]

CHUNK: Final = 4000
#: A row may point at rows of tables before its own.
_ORDEN: Final = (
    avvik.Avvik,
    tiltak.Tiltak,
    tiltak.TiltakOpphav,
    tiltak.TiltakHending,
    avvik.AvvikNokkel,
    avvik.AvvikMeldarLoynd,
    avvik.AvvikInhabil,
    avvik.AvvikHending,
    avvik.AvvikArsak,
    avvik.AvvikUtfall,
    avvik.AvvikMeldeplikt,
    avvik.AvvikTillegg,
    avvik.AvvikTiltak,
    avvik.AvvikLenkje,
    Epost,
    Leselogg,
    Loggline,
)


class Rader:
    """Gathers rows and sends them in chunks of about `CHUNK` cases. Each table's rows must name the same columns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables: dict[str, Table] = {model.__tablename__: model.metadata.tables[model.__tablename__] for model in _ORDEN}
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self._tables}
        self._next: dict[str, int] = {}

    def number(self, table: str) -> int:
        """The next id of a table; the demo begins at 1, as its tables are empty."""
        self._next[table] = self._next.get(table, 0) + 1
        return self._next[table]

    def add(self, table: str, **values: object) -> None:
        """One row."""
        self._rows[table].append(values)

    def send_if_full(self) -> None:
        """Send when enough cases have come together; called between two cases."""
        if len(self._rows["avvik"]) >= CHUNK:
            self.send()

    def send(self) -> None:
        """Send everything that waits."""
        for name, table in self._tables.items():
            if self._rows[name]:
                self._connection.execute(table.insert(), self._rows[name])
                self._rows[name] = []


def align_sequences(connection: Connection) -> None:
    """On PostgreSQL: let each table's own numbering go on after the ids the demo has given."""
    if connection.dialect.name != "postgresql":
        return
    names = [model.__tablename__ for model in _ORDEN] + ["eining", "person"]
    metadata = avvik.Avvik.metadata
    for name in names:
        key = metadata.tables[name].primary_key.columns
        if len(key) == 1 and "id" in key and key["id"].autoincrement is not False:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT coalesce(max(id), 1) FROM {name}))"  # noqa: S608
                )
            )
