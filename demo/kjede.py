"""The log's chain over the demo's lines: each mac stands on the one before, so this alone is done in one row."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

from demo.bulk import Rader
from demo.saker import Line
from kjerne.config import Config
from kjerne.log import chain_key, line_mac
from kjerne.models import Loggline

__all__ = ["Kjede"]


class Kjede:
    """Where the chain stands: the last line's number and mac."""

    def __init__(self, config: Config, head_id: int, head_mac: str) -> None:
        self.head_id, self.head_mac = head_id, head_mac
        self._key = chain_key(config.secret_key)
        # a million lines: what the mac is over, without what SQLAlchemy does when a field is set
        self._line = cast("Loggline", SimpleNamespace(subjekt_type="avvik", hending="avvik:meldt"))

    def rows(self, lines: Sequence[Line]) -> Rader:
        """The lines as `kjerne.log.record` would have written them, after those before."""
        rader, line = Rader(), self._line
        for one in lines:
            self.head_id += 1
            line.id, line.tid, line.aktor, line.subjekt_id = self.head_id, one.tid, one.aktor, one.subjekt_id
            line.endring = {"til": str(one.alvor)}
            self.head_mac = line_mac(self._key, self.head_mac, line)
            rader.add(
                "loggline",
                id=line.id,
                tid=line.tid,
                aktor=line.aktor,
                subjekt_type=line.subjekt_type,
                subjekt_id=line.subjekt_id,
                hending=line.hending,
                endring=line.endring,
                mac=self.head_mac,
            )
        return rader
