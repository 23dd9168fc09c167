"""The step that merges two reports of the same event."""

from flask.typing import ResponseReturnValue

from avvik import actions
from avvik.models import Avvik
from avvik.rules import Steg
from avvik.views.area import area
from avvik.views.inndata import typed
from avvik.views.steg import same_version, step
from kjerne.access import Open
from kjerne.work import Work


def _merge(work: Work, avvik: Avvik) -> None:
    reason = typed("grunngiving")
    same_version(work, avvik, reason)
    actions.mark_duplicate(work, avvik, typed("nr", 20, multiline=False), reason)


@area.page("/<nr>/duplikat", needs=Open.LOGGED_IN, method="POST")
def duplikat(work: Work, nr: str) -> ResponseReturnValue:
    """End the case as told before; another case is kept."""
    return step(work, nr, Steg.DUPLIKAT, ("grunngiving",), _merge)
