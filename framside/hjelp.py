"""The user guide: its list of chapters, those for the reader's roles first, and each chapter. Open to all: it tells of nobody."""

from flask import request

from framside import kapittel
from framside.kapittel import KAPITTEL, Kapittel
from kjerne.access import Open
from kjerne.errors import NotFound
from kjerne.i18n import gettext as _
from kjerne.web import Area, render
from kjerne.work import Work

area = Area("hjelp", __name__)


def _rows(chapters: list[Kapittel], sprak: str) -> list[tuple[str, kapittel.Tekst]]:
    return [(chapter.namn, kapittel.text(chapter.namn, sprak)) for chapter in chapters]


def context_link(work: Work | None) -> str | None:
    """The address of the chapter that helps on the page that is being shown, for the frame."""
    found = kapittel.chapter_for(request.path, work.grants.held if work else frozenset())
    return f"/hjelp/{found}" if found else None


@area.page("/hjelp", needs=Open.ALL)
def liste(work: Work) -> str:
    """All chapters: for her roles, for everybody, and the rest."""
    mine = [each for each in KAPITTEL if each.roller and each.fits(work.grants.roles)]
    felles = [each for each in KAPITTEL if not each.roller]
    andre = [each for each in KAPITTEL if each not in mine and each not in felles]
    groups = [
        (_("For rolla di"), _rows(mine, work.sprak)),
        (_("For alle"), _rows(felles, work.sprak)),
        (_("For andre roller"), _rows(andre, work.sprak)),
    ]
    return render(work, "framside/hjelp.html", grupper=[group for group in groups if group[1]])


@area.page("/hjelp/<namn>", needs=Open.ALL)
def vis(work: Work, namn: str) -> str:
    """One chapter."""
    if namn not in kapittel.BY_NAME:
        raise NotFound
    place = KAPITTEL.index(kapittel.BY_NAME[namn])
    following = KAPITTEL[place + 1].namn if place + 1 < len(KAPITTEL) else None
    return render(
        work,
        "framside/kapittel.html",
        tekst=kapittel.text(namn, work.sprak),
        neste=(following, kapittel.text(following, work.sprak).tittel) if following else None,
    )
