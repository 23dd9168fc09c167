"""Who has left, when their names go, and what needs a new owner first."""

from administrasjon.queries.slutta import list_left, wait_days
from administrasjon.views.personar import area
from kjerne.access import Right
from kjerne.web import render
from kjerne.work import Work


@area.page("/slutta", needs=Right.PERSON_LES)
def slutta(work: Work) -> str:
    """Those who have left the units one sees employees of."""
    people = list_left(work)
    return render(
        work,
        "administrasjon/slutta.html",
        hindra=[one for one in people if one.hald],
        frie=[one for one in people if not one.hald],
        dagar=wait_days(work),
    )
