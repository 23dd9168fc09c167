"""What administration asks of the packages above, and tells them, when employees have left."""

from collections.abc import Collection
from dataclasses import dataclass, field

from kjerne.i18n import Lazy


@dataclass(frozen=True)
class SluttaSpurd:
    """Who of these that have left still has something here? Each answers in `hald`: person → (what, how many)."""

    personar: Collection[int]
    hald: dict[int, list[tuple[Lazy, int]]] = field(default_factory=dict)

    def keep(self, person_id: int, what: Lazy, count: int) -> None:
        """Say that something keeps this person."""
        self.hald.setdefault(person_id, []).append((what, count))


@dataclass(frozen=True)
class Pseudonymisert:
    """A person has lost her name here; whoever holds a copy of it in words puts the new one."""

    person_id: int
    gamalt: str
    nytt: str
