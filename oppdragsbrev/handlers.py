"""What a letter answers when a measure asks where it comes from."""

from kjerne.errors import NotFound
from kjerne.i18n import gettext as _
from kjerne.work import Handler, Work
from oppdragsbrev.queries.brev import get_brev
from tiltak.events import OpphavSpurt
from tiltak.rules import Kjelde


def name_origin(work: Work, event: object) -> None:
    """A letter she may see something of: its number and its page."""
    if not isinstance(event, OpphavSpurt) or event.slag != Kjelde.BREV:
        return
    try:
        found = get_brev(work, event.ref_id)
    except NotFound:
        return
    event.answer(_("Oppdragsbrev %(nr)s", nr=found.id), f"/oppdragsbrev/{found.id}")


HANDLERS: dict[type, tuple[Handler, ...]] = {OpphavSpurt: (name_origin,)}
