"""The kinds of fields a reference table is edited with: what they are called, which columns they fill, what they allow. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

SPRAK = ("nn", "nb", "en")


class Slag(StrEnum):
    """What kind of control a field is."""

    TEKST3 = "tekst3"
    LISTE3 = "liste3"
    TEKST = "tekst"
    HAKE = "hake"
    TAL = "tal"
    VAL = "val"
    FLEIRE = "fleire"


@dataclass(frozen=True)
class Felt:
    """One field of a table. A text in three languages fills three columns, `stamme_nn` and so on (or `nn`, `nb`, `en`).

    `maks` counts characters; `lo` and `hi` bound a number; `val` names the list a choice is taken from.
    """

    slag: Slag
    stamme: str
    namn: Lazy
    hint: Lazy | None = None
    kravd: bool = False
    maks: int = 120
    lang: bool = False
    lo: int = 0
    hi: int = 0
    val: str = ""

    @property
    def kolonnar(self) -> tuple[str, ...]:
        """The columns it fills, in the order they are shown."""
        if self.slag in {Slag.TEKST3, Slag.LISTE3}:
            return tuple(f"{self.stamme}_{code}" if self.stamme else code for code in SPRAK)
        return (self.stamme,)

    @property
    def er_tekst(self) -> bool:
        """Whether people write freely in it: such a field passes the identity guard."""
        return self.slag in {Slag.TEKST3, Slag.LISTE3, Slag.TEKST}


def tekst3(stamme: str, namn: Lazy, *, maks: int = 120, lang: bool = False, kravd: bool = True, hint: Lazy | None = None) -> Felt:
    """A text in three languages: all three, or (when not demanded) none of them."""
    return Felt(Slag.TEKST3, stamme, namn, hint, kravd, maks, lang)


def hake(stamme: str, namn: Lazy, hint: Lazy | None = None) -> Felt:
    """Yes or no."""
    return Felt(Slag.HAKE, stamme, namn, hint)


def tal(stamme: str, namn: Lazy, lo: int, hi: int, *, kravd: bool = True, hint: Lazy | None = None) -> Felt:
    """A whole number from `lo` to `hi`."""
    return Felt(Slag.TAL, stamme, namn, hint, kravd, lo=lo, hi=hi)


def val(stamme: str, namn: Lazy, kjelde: str, *, kravd: bool = True, hint: Lazy | None = None) -> Felt:
    """One of a list."""
    return Felt(Slag.VAL, stamme, namn, hint, kravd, val=kjelde)


NAMN = _l("Namn")
