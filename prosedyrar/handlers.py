"""What the library answers when a measure asks where it comes from."""

from kjerne.errors import NotFound
from kjerne.i18n import gettext as _
from kjerne.work import Handler, Work
from prosedyrar.queries.access import get_prosedyre
from tiltak.events import OpphavSpurt
from tiltak.rules import Kjelde


def name_origin(work: Work, event: object) -> None:
    """A procedure she may read: its number and its page."""
    if not isinstance(event, OpphavSpurt) or event.slag != Kjelde.PROSEDYRE:
        return
    try:
        found = get_prosedyre(work, event.ref_id)
    except NotFound:
        return
    event.answer(_("Prosedyre %(nr)s", nr=found.id), f"/prosedyrar/{found.id}")


HANDLERS: dict[type, tuple[Handler, ...]] = {OpphavSpurt: (name_origin,)}
