"""One type every action takes: `Work` says who does it, when, where they may, and in which transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from kjerne.access import GRANTS, Right, Rolle
from kjerne.clock import oslo_date
from kjerne.config import Config
from kjerne.models import Okt, Person

#: In `Work.memo`: see `Work.keep_when_refused`.
KEEP = "keep-when-refused"
Handler: TypeAlias = Callable[["Work", object], None]


@dataclass(frozen=True)
class Grants:
    """What one person may, read from the database in this request: role → the units of its subtrees; groups she is named in."""

    roles: Mapping[Rolle, frozenset[int]] = field(default_factory=dict)
    groups: frozenset[int] = frozenset()

    def units(self, right: Right) -> frozenset[int]:
        """Ids of the units where a right is held, subtrees included. Worked out once for each right."""
        known = self._units.get(right)
        if known is None:
            found: set[int] = set()
            for rolle, units in self.roles.items():
                if right in GRANTS[rolle]:
                    found |= units
            known = self._units[right] = frozenset(found)
        return known

    @cached_property
    def held(self) -> frozenset[Rolle]:
        """The roles, wherever they are held."""
        return frozenset(self.roles)

    @cached_property
    def _units(self) -> dict[Right, frozenset[int]]:
        return {}

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The same as one value that can be compared: whoever has the same key may the same."""
        return (tuple(sorted(self.roles.items(), key=lambda held: held[0].value)), self.groups)


@dataclass(frozen=True)
class Reading:
    """Something sensitive that is about to be sent: the edge writes it to the read log first."""

    subject_type: str
    subject_id: str
    what: str
    denied: bool = False


@dataclass(frozen=True)
class Work:
    """One piece of work. `person` is None for a system job and for somebody not logged in.

    `memo` holds what was worked out once for all questions of this piece of work, such as the scope of her lists.
    """

    db: Session
    person: Person | None
    now: datetime
    grants: Grants
    sprak: str
    config: Config
    handlers: Mapping[type, tuple[Handler, ...]] = field(default_factory=dict)
    okt: Okt | None = None
    readings: list[Reading] = field(default_factory=list)
    memo: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """The date in Oslo."""
        return oslo_date(self.now)

    @property
    def me(self) -> Person:
        """The person, where a page has already demanded one."""
        if self.person is None:
            raise RuntimeError("this work has no person: the page lacks its right")
        return self.person

    def units(self, right: Right) -> frozenset[int]:
        """Ids of the units where the right is held."""
        return self.grants.units(right)

    def has(self, right: Right, eining_id: int | None = None) -> bool:
        """Whether the right is held on that unit; without a unit: anywhere."""
        units = self.grants.units(right)
        return bool(units) if eining_id is None else eining_id in units

    def has_role(self, rolle: Rolle, eining_id: int | None = None) -> bool:
        """Whether the role is held on that unit; without a unit: anywhere."""
        units = self.grants.roles.get(rolle, frozenset())
        return bool(units) if eining_id is None else eining_id in units

    def read(self, subject_type: str, subject_id: object, what: str, *, denied: bool = False) -> None:
        """Note that sensitive content is about to be sent (or was denied)."""
        self.readings.append(Reading(subject_type, str(subject_id), what, denied))

    def keep_when_refused(self) -> None:
        """Keep what was written also when the answer is a 4xx: tries that are counted. The edge rolls back the rest."""
        self.memo[KEEP] = True

    @property
    def kept_when_refused(self) -> bool:
        """Whether the edge keeps what was written though the answer refuses."""
        return KEEP in self.memo

    def announce(self, event: object) -> None:
        """Tell those above what happened; they answer in the same transaction."""
        for handler in self.handlers.get(type(event), ()):
            handler(self, event)
