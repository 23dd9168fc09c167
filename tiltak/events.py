"""What this domain announces. Those above answer in the same transaction; `tiltak_id` leads them to their own reference."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TiltakUtfort:
    """A measure is done and accepted."""

    tiltak_id: int


@dataclass(frozen=True)
class TiltakAvlyst:
    """A measure was called off: nobody waits for it any more."""

    tiltak_id: int


@dataclass(frozen=True)
class EffektVurdert:
    """Somebody has judged whether a measure helped; `good`: wholly or partly."""

    tiltak_id: int
    good: bool


@dataclass
class OpphavSpurt:
    """What a measure comes from is asked of those above, by kind (`rules.Kjelde`) and id.

    Whoever knows it, and may show it to this reader, answers with its name and its page; else it stays nameless.
    """

    slag: str
    ref_id: int
    namn: str = ""
    vegen: str = ""

    def answer(self, namn: str, vegen: str) -> None:
        """It exists, and she may see it."""
        self.namn, self.vegen = namn, vegen
