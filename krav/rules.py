"""How a duty stands: a unit's own judgement, else the worst light of its evidence. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from oppdragsbrev.rules import Lys, worst

TEKST_MAX = 4000


class Status(StrEnum):
    """A unit's own judgement."""

    OPPFYLT = "oppfylt"
    DELVIS = "delvis"
    IKKJE = "ikkje"
    UAKTUELT = "uaktuelt"


STATUSNAMN: Mapping[Status, Lazy] = {
    Status.OPPFYLT: _l("Oppfylt"),
    Status.DELVIS: _l("Delvis oppfylt"),
    Status.IKKJE: _l("Ikkje oppfylt"),
    Status.UAKTUELT: _l("Ikkje aktuelt her"),
}
_LIGHT = {Status.OPPFYLT: Lys.OK, Status.DELVIS: Lys.OBS, Status.IKKJE: Lys.BAD, Status.UAKTUELT: Lys.NONE}


def standing(judged: Status | None, evidence: Sequence[Lys]) -> Lys:
    """The worse of the unit's own judgement and the evidence: nobody talks a red light green. Not relevant: no light."""
    if judged is Status.UAKTUELT:
        return Lys.NONE
    return worst([*([_LIGHT[judged]] if judged else []), *evidence])
