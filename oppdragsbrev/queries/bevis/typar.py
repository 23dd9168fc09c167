"""The shape of evidence: what is measured for a unit with its subtree, and the kind it belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kjerne.i18n import Lazy
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.rules import Lys, Punkt, Retning

#: A unit → the units of its subtree, itself included.
Omfang = Mapping[int, frozenset[int]]
#: Stands for "never": over every threshold a municipality would set.
NEVER = 9999


def units_in(omfang: Omfang) -> frozenset[int]:
    """All units of all subtrees."""
    return frozenset().union(*omfang.values()) if omfang else frozenset()


@dataclass(frozen=True)
class Maling:
    """What was found: the value the rule reads (None: nothing to judge) and one sentence that says it."""

    verdi: float | None
    tekst: str


Malar = Callable[[Work, Omfang], Mapping[int, Maling]]


@dataclass(frozen=True)
class Bevis:
    """A kind of evidence: what the system knows about one bullet of the letter.

    `regel` is the rule in words, with %(gron)s and %(gul)s; `punkt` is None for evidence of a legal
    duty only; `gron` and `gul` are the shipped thresholds; `lenkje` makes the
    address of the rows behind from a unit. `male` answers for many units at once, in a fixed number of queries.
    """

    kode: str
    punkt: Punkt | None
    namn: Lazy
    regel: Lazy
    retning: Retning
    gron: int
    gul: int
    lenkje: Callable[[Eining], str]
    male: Malar


@dataclass(frozen=True)
class Funn:
    """One kind of evidence for one unit: its light, its sentence, and where the rows are (empty for who may not open them)."""

    bevis: Bevis
    lys: Lys
    verdi: float | None
    tekst: str
    lenkje: str
