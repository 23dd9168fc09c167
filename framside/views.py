"""The front page."""

from kjerne.web import Area, Open, render
from kjerne.work import Work

area = Area("framside", __name__)


@area.page("/", needs=Open.LOGGED_IN)
def heim(work: Work) -> str:
    """What this person needs first."""
    return render(work, "framside/heim.html")
