"""What this domain announces. Those above answer in the same transaction."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProsedyreRevidert:
    """A version came in force. `opphav`: kind and id of every request it answers, also those that few may see."""

    prosedyre_id: int
    versjon_id: int
    major: bool
    opphav: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class OnskeVist:
    """Shielded requests are about to be shown. Those above put into `synlege` which of the origins the reader may see."""

    opphav: frozenset[tuple[str, int]]
    synlege: set[tuple[str, int]] = field(default_factory=set)


@dataclass(frozen=True)
class OnskeAvslege:
    """A request for revision was declined; the reason stands on its row."""

    onske_id: int
    opphav: tuple[str, int]
