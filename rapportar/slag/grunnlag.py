"""What a section reads: the unit with its subtree, the period with those it is compared with, and figures read once for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select

from avvik.queries.tal import Andel, Figurar, Tal, Tider, by_month, figures, units_of_numbers
from avvik.queries.tal_periode import RUN, Periode, month_of, months, shift
from kjerne.access import Right
from kjerne.i18n import Lazy, fnumber
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.work import Work
from rapportar.rules.dokument import HIDDEN, Celle, Del
from rapportar.rules.perioder import Val

T = TypeVar("T")


class Manglar(LookupError):
    """The system does not hold what the section is about; the text says why, in a whole sentence."""

    def __init__(self, grunn: str) -> None:
        super().__init__(grunn)
        self.grunn = grunn


@dataclass
class Grunnlag:
    """One report's ground. Figures are read once and shared by the sections."""

    work: Work
    eining: Eining
    val: Val
    held: dict[str, object] = field(default_factory=dict)

    def once(self, key: str, read: Callable[[], T]) -> T:
        """What `read` gives, read the first time only."""
        if key not in self.held:
            self.held[key] = read()
        return self.held[key]  # type: ignore[return-value]  # the key says what it is

    @property
    def tal_einingar(self) -> dict[int, Eining]:
        """The units of her numbers."""
        return self.once("einingar", lambda: units_of_numbers(self.work))

    @property
    def under(self) -> list[Eining]:
        """The unit and the active units of its subtree, in the organisation's order."""

        def read() -> list[Eining]:
            rows = self.work.db.scalars(
                select(Eining).where(Eining.sti.startswith(self.eining.sti, autoescape=False)).order_by(Eining.sti)
            )
            return [row for row in rows if row.is_active(self.work.today) or row.id == self.eining.id]

        return self.once("under", read)

    @property
    def ids(self) -> list[int]:
        """Their ids."""
        return [row.id for row in self.under]

    def figur(self, periode: Periode) -> Figurar:
        """The figures of deviations of the unit in a period, as far as this person may see."""
        return self.once(f"figur {periode.kode}", lambda: figures(self.work, self.eining, periode, self.tal_einingar, beside=False))

    @property
    def no(self) -> Figurar:
        """Those of the report's period. Raises `Manglar` when no month of it may be shown yet."""
        found = self.figur(self.val.no)
        if not found.periode.manadar:
            raise Manglar(_("Perioden er ikkje slutt, og den løpande månaden er ikkje med utanfor det du les."))
        return found

    @property
    def perioder(self) -> list[Periode]:
        """The period, the one before, and the same a year before when that is another."""
        return [self.val.no, self.val.fore, *([self.val.ifjor] if self.val.ifjor.kode != self.val.fore.kode else [])]

    @property
    def alle(self) -> list[Figurar]:
        """The figures of these periods, the report's own first. Raises `Manglar` as `no` does."""
        return [self.no, *[self.figur(periode) for periode in self.perioder[1:]]]

    @property
    def lang(self) -> list[tuple[int, Tal]]:
        """Cases in each of the 24 whole months up to the period's end: what a run chart is drawn of."""
        window = months(shift(min(self.val.no.manadar[-1], shift(month_of(self.work.today), -1)), 1 - RUN), RUN)
        counts = self.once("lang", lambda: by_month(self.work, self.eining, window, self.tal_einingar))
        return list(zip(window, counts, strict=True))

    @property
    def kolonnar(self) -> list[str]:
        """The names of the periods."""
        return [periode.namn for periode in self.perioder]


@dataclass(frozen=True)
class Bolkslag:
    """A section: its code and title, the rights its numbers ask for on the unit, and what makes its parts.

    `ledd`: what the section is about may be told by a leader, and this is what she is asked to write.
    `enkeltsaker`: rows about single cases stand in it, so the report never goes with a letter.
    """

    kode: str
    tittel: Lazy
    lag: Callable[[Grunnlag], Sequence[Del]]
    trong: tuple[Right, ...] = ()
    ledd: Lazy | None = None
    enkeltsaker: bool = False


def no_parts(_grunnlag: Grunnlag) -> Sequence[Del]:
    """A section that only a leader's text fills."""
    return ()


def celle(tal: Tal) -> Celle:
    """A number as a cell: "minst" when a part is hidden, a dash when nothing is known."""
    if tal.heil:
        return tal.n
    return _("minst %(n)s", n=fnumber(tal.n)) if tal.n else HIDDEN


def prosent(andel: Andel) -> Celle:
    """Whole percent, or a dash where there is nothing to take it of."""
    return HIDDEN if andel.prosent is None else f"{andel.prosent} %"


def dagar(tider: Tider) -> Celle:
    """The median in days, or a dash when there are too few."""
    return HIDDEN if tider.median is None else tider.median


__all__ = ["Bolkslag", "Grunnlag", "Manglar", "celle", "dagar", "no_parts", "prosent"]
