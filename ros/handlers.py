"""What an analysis answers when a measure asks where it comes from."""

from kjerne.errors import NotFound
from kjerne.work import Handler, Work
from ros.queries.access import find_rad
from tiltak.events import OpphavSpurt
from tiltak.rules import Kjelde


def name_origin(work: Work, event: object) -> None:
    """A row of an analysis she may see: its page. Its name stands on the measure already."""
    if not isinstance(event, OpphavSpurt) or event.slag != Kjelde.ROS:
        return
    try:
        analyse, rad = find_rad(work, event.ref_id)
    except NotFound:
        return
    event.answer(f"ROS {analyse.id}, rad {rad.nr}", f"/ros/{analyse.id}/rad/{rad.id}")


HANDLERS: dict[type, tuple[Handler, ...]] = {OpphavSpurt: (name_origin,)}
