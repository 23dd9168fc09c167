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
