"""What an import would do, row by row: the shape both kinds share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from administrasjon.innlesing import Row

T = TypeVar("T")


class Kind(StrEnum):
    """What a file holds."""

    EININGAR = "einingar"
    PERSONAR = "personar"


class State(StrEnum):
    """What happens to a row."""

    NY = "ny"
    ENDRA = "endra"
    UENDRA = "uendra"
    FEIL = "feil"


@dataclass(frozen=True)
class Diff:
    """One field that changes, as people read it."""

    felt: str
    fra: str
    til: str


@dataclass(frozen=True)
class PlannedRow:
    """One row of the file: what it is about, what would change, or why it is refused."""

    number: int
    key: str
    label: str
    state: State
    diffs: tuple[Diff, ...] = ()
    reasons: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportPlan:
    """What a file would change. Nothing is written before `apply_import`."""

    kind: Kind
    filename: str
    rows: tuple[PlannedRow, ...]
    passed_over: tuple[str, ...] = ()

    def count(self, state: State | str) -> int:
        """How many rows are in that state."""
        return sum(row.state == state for row in self.rows)

    @property
    def new(self) -> int:
        """Rows that would be added."""
        return self.count(State.NY)

    @property
    def changed(self) -> int:
        """Rows that would change something."""
        return self.count(State.ENDRA)

    @property
    def unchanged(self) -> int:
        """Rows that are as they are already."""
        return self.count(State.UENDRA)

    @property
    def bad(self) -> tuple[PlannedRow, ...]:
        """Rows that are refused, each with its reasons."""
        return tuple(row for row in self.rows if row.state is State.FEIL)


@dataclass(frozen=True)
class ImportResult:
    """What an import did."""

    new: int
    changed: int
    unchanged: int
    bad: int

    @property
    def changes(self) -> int:
        """How many rows changed anything: 0 the second time."""
        return self.new + self.changed


@dataclass
class Reading:
    """Reads one row's cells into values, collecting what is wrong."""

    row: Row
    values: dict[str, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.faults.extend(self.row.faults)

    def take(self, name: str, parse: Callable[[str], T], fault: str, *, empty: T) -> None:
        """Read a cell when the column is there; `empty` is an empty cell's value; `parse` raises ValueError."""
        if not self.row.has(name):
            return
        text = self.row.get(name)
        if not text:
            self.values[name] = empty
            return
        try:
            self.values[name] = parse(text)
        except ValueError:
            self.faults.append(f"{name}: {fault} («{text[:60]}»)")
