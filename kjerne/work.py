"""One type every action takes: `Work` says who does it, when, where they may, and in which transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from kjerne.access import GRANTS, Right, Rolle
from kjerne.clock import oslo_date
from kjerne.config import Config
from kjerne.models import Eining, Okt, Person, Tilgang

Handler: TypeAlias = Callable[["Work", object], None]


@dataclass(frozen=True)
class Grants:
    """What one person may, read from the database in this request: role → the units of its subtrees."""

    roles: Mapping[Rolle, frozenset[int]] = field(default_factory=dict)

    def units(self, right: Right) -> frozenset[int]:
        """Ids of the units where a right is held, subtrees included."""
        found: set[int] = set()
        for rolle, units in self.roles.items():
            if right in GRANTS[rolle]:
                found |= units
        return frozenset(found)


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

    @property
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

    def announce(self, event: object) -> None:
        """Tell those above what happened; they answer in the same transaction."""
        for handler in self.handlers.get(type(event), ()):
            handler(self, event)


def load_grants(db: Session, person_id: int, today: date) -> Grants:
    """Read a person's roles in force today, each spread over its unit's subtree. One query."""
    top = aliased(Eining)
    rows = db.execute(
        select(Tilgang.rolle, top.niva, Eining.id)
        .join(top, Tilgang.eining_id == top.id)
        .join(Eining, Eining.sti.startswith(top.sti, autoescape=False))
        .where(
            Tilgang.person_id == person_id,
            Tilgang.gjeld_fra <= today,
            (Tilgang.gjeld_til.is_(None)) | (Tilgang.gjeld_til >= today),
        )
    )
    roles: dict[Rolle, set[int]] = {}
    for rolle_code, niva, eining_id in rows:
        rolle = Rolle(rolle_code)
        if rolle is Rolle.LEIAR and niva == "sektor":
            rolle = Rolle.SEKTORLEIAR
        roles.setdefault(rolle, set()).add(eining_id)
    return Grants({rolle: frozenset(units) for rolle, units in roles.items()})
