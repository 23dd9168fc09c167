"""One demo case while it is made: its plan, its course, its texts, who has it and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime

from avvik.rules import OPEN
from demo.forlop import Forlop
from demo.personar import Ansatt
from demo.plan import Plan
from demo.tekstar import Fortelling

__all__ = ["Plikt", "Sak"]


@dataclass(frozen=True, slots=True)
class Plikt:
    """A duty to notify that came up; `tid` is when it was decided, None while it is open. `tekst`: how, or why not."""

    kode: str
    kjent: datetime | None
    status: str
    tid: datetime | None
    tekst: str


@dataclass(slots=True)
class Sak:
    """`handler` has it; `closer` ends it (the coordinator for severity 4-5). `tiltak`: when which measure was added."""

    id: int
    aar: int
    lopenr: int
    plan: Plan
    forlop: Forlop
    story: Fortelling
    handler: Ansatt
    closer: Ansatt
    gruppe: str
    inhabile: frozenset[int]
    alvor_meldt: int
    underkategori_meldt: str
    arsaker: dict[str, str] = field(default_factory=dict)
    utfall: dict[str, str] = field(default_factory=dict)
    tiltak: list[tuple[datetime, int]] = field(default_factory=list)
    plikter: list[Plikt] = field(default_factory=list)

    @property
    def nr(self) -> str:
        """The number people say."""
        return f"{self.aar}-{self.lopenr}"

    @property
    def hidden(self) -> bool:
        """Whether the reporter's name is withheld."""
        return self.plan.anonym or self.plan.konfidensiell

    @property
    def reporter(self) -> Ansatt | None:
        """The reporter where her name may stand."""
        return None if self.hidden else self.plan.meldar

    @property
    def sprak(self) -> str:
        """The language its texts are written in."""
        return self.plan.meldar.tekstsprak

    @property
    def is_open(self) -> bool:
        """Whether it is still to be ended."""
        return self.forlop.status in OPEN

    @property
    def shielded(self) -> bool:
        """Whether its measures are shown by title and deadline only."""
        return bool(self.gruppe) or self.plan.konfidensiell

    @property
    def first_end(self) -> datetime | None:
        """When it was ended the first time."""
        return self.forlop.forste_slutt or self.forlop.slutt
