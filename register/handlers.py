"""What the register answers when a measure asks where it comes from."""

from kjerne.errors import NotFound
from kjerne.work import Handler, Work
from register.queries import SOURCES, get_foring
from tiltak.events import OpphavSpurt


def name_origin(work: Work, event: object) -> None:
    """A line she may read: its page. Its name stands on the measure already."""
    if not isinstance(event, OpphavSpurt) or event.slag not in SOURCES:
        return
    try:
        found = get_foring(work, event.ref_id)
    except NotFound:
        return
    event.answer(found.dato.isoformat(), f"/register/{found.id}")


HANDLERS: dict[type, tuple[Handler, ...]] = {OpphavSpurt: (name_origin,)}
