"""The buttons at the foot of a case's page: which steps, in which order, with which key and icon."""

from dataclasses import dataclass
from typing import Any

from avvik.rules import STEGNAMN, Mangel, Steg
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

__all__ = ["CHOOSING", "MENDS", "SHOWN_BUTTONS", "UNSEEN", "Knapp", "buttons_of", "spent"]

#: The most urgent missing rule → the step that mends it, in the order the foot of the page offers them.
MENDS: dict[Mangel, Steg] = {
    Mangel.MELDEPLIKT: Steg.MELDEPLIKT,
    Mangel.SVAR: Steg.SVAR,
    Mangel.ARSAK: Steg.ARSAK,
    Mangel.TILTAK: Steg.TILTAK,
    Mangel.UTFALL: Steg.UTFALL,
    Mangel.SLUTTSVAR: Steg.UTFALL,
}
KEYS: dict[Steg, str] = {
    Steg.SVAR: "s",
    Steg.UTFALL: "u",
    Steg.TILTAK: "t",
    Steg.MELDEPLIKT: "m",
    Steg.ARSAK: "a",
    Steg.LUKK: "l",
    Steg.KLASSIFISER: "k",
}
FIRST_ROW = (Steg.LUKK, Steg.UTFALL, Steg.SVAR, Steg.TILTAK)
#: Words of the foot's buttons, where the step's own name is too long for a row of four.
SHORT: dict[Steg, Lazy] = {Steg.SVAR: _l("Svar"), Steg.LUKK: _l("Lukk"), Steg.START: _l("Start")}
ICONS: dict[Steg, str] = {
    Steg.MELDEPLIKT: "flag",
    Steg.SVAR: "reply",
    Steg.TILTAK: "plus",
    Steg.PROSEDYRE: "document",
    Steg.ROS: "table",
    Steg.UTFALL: "check",
    Steg.LUKK: "lock",
    Steg.START: "arrow-right",
    Steg.SPORSMAL: "question",
    Steg.SVAR_SPORSMAL: "reply",
    Steg.SEND_VIDARE: "forward",
    Steg.TILDEL: "person",
    Steg.ARSAK: "search",
    Steg.LENKJE: "link",
    Steg.VEDLEGG: "document",
    Steg.VENT_EFFEKT: "clock",
    Steg.VARSEL: "lock",
    Steg.GJELD_LEIAR: "lock",
    Steg.LOFT: "flag",
    Steg.AVVIS: "cross",
    Steg.GJENOPNE: "history",
    Steg.INNVENDING: "reply",
}
#: Rules that stand on the list only when they hold somebody back.
UNSEEN = frozenset({Mangel.KOORDINATOR, Mangel.EIGA_SAK})
NO_FORM = frozenset({Steg.START, Steg.VENT_EFFEKT, Steg.LUKK})
#: Steps with a page of their own: the button leads there.
OWN_PAGE = frozenset({Steg.PROSEDYRE, Steg.ROS})
SHOWN_BUTTONS = 4
#: Steps whose forms offer people, units or measures.
CHOOSING = frozenset({Steg.TILDEL, Steg.TILTAK, Steg.SEND_VIDARE})


@dataclass(frozen=True)
class Knapp:
    """A button of the next-step bar. `form`: it posts at once; else it opens the step's own form on the page."""

    steg: Steg
    text: str
    key: str
    icon: str
    form: bool
    side: bool = False


def buttons_of(steps: list[Steg], gaps: list[Mangel]) -> list[Knapp]:
    """The most urgent missing rule first, then the common steps, then the rest (in "Meir")."""
    order = [step for gap, step in MENDS.items() if gap in gaps]
    order += [] if gaps else [Steg.LUKK]
    order += [Steg.START, *FIRST_ROW, *steps]
    unique = [steg for index, steg in enumerate(order) if steg in steps and steg not in order[:index]]
    if gaps and Steg.LUKK in unique:
        unique.remove(Steg.LUKK)
        unique.append(Steg.LUKK)
    return [_button(steg, short=index < SHOWN_BUTTONS) for index, steg in enumerate(unique)]


def _button(steg: Steg, *, short: bool) -> Knapp:
    name = SHORT.get(steg, STEGNAMN[steg]) if short else STEGNAMN[steg]
    return Knapp(steg, str(name), KEYS.get(steg, ""), ICONS.get(steg, "edit"), steg in NO_FORM, steg in OWN_PAGE)


def spent(avvik: Any, steg: Steg) -> bool:
    """Steps that are taken once: the case already is what they would make it."""
    return (
        (steg is Steg.GJELD_LEIAR and avvik.gjeld_leiar)
        or (steg is Steg.VARSEL and avvik.er_varsel)
        or (steg is Steg.INNVENDING and avvik.innvending_brukt)
    )
