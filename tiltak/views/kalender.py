"""The calendar feed: its page with the address shown once, and the file a calendar program fetches."""

from urllib.parse import urlsplit

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.i18n import SPRAK, language
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.web import Open, render
from kjerne.work import Work
from tiltak.actions import kalender as actions
from tiltak.ical import Dag, calendar
from tiltak.queries.kalender import as_owner, entries, link_of
from tiltak.views.area import area


@area.page("/kalender", needs=Open.LOGGED_IN)
def kalender(work: Work) -> str:
    """What the calendar holds, and whether there is an address."""
    return _page(work)


def _page(work: Work, address: str = "") -> str:
    return render(work, "tiltak/kalender.html", lenkje=link_of(work), adresse=address, har_einingar=work.has(Right.TILTAK_SKRIV))


@area.page("/kalender", needs=Open.LOGGED_IN, method="POST")
def kalender_lag(work: Work) -> Response:
    """Make a new address and show it, this once."""
    units = request.form.get("einingar") == "1" and work.has(Right.TILTAK_SKRIV)
    token = actions.make_link(work, einingar=units)
    return make_response(_page(work, f"{work.config.base_url}/tiltak/kalender/{token}.ics"))


@area.page("/kalender/fjern", needs=Open.LOGGED_IN, method="POST")
def kalender_fjern(work: Work) -> Response:
    """Take the address back."""
    actions.end_link(work)
    flash(_("Kalenderadressa er fjerna. Ingen kan hente kalenderen med ho lenger."), "ok")
    return redirect(url_for("tiltak.kalender"), 303)


@area.page("/kalender/<token>.ics", needs=Open.ALL)
def kalender_fil(work: Work, token: str) -> Response:
    """The file. Whoever knows the address gets it, so it holds titles and days only, and of shielded measures the number."""
    if not (token.isascii() and 20 <= len(token) <= 80):
        raise NotFound
    hers, link = as_owner(work, actions.digest(token))
    sprak = hers.me.sprak if hers.me.sprak in SPRAK else settings(work.db)["sprak"]
    host = urlsplit(work.config.base_url).hostname or "internkontroll"
    with language(sprak):
        days = [
            Dag(f"tiltak-{one.id}@{host}", one.frist, _("Tiltak %(nr)s", nr=one.id) if one.skjerma else one.tittel)
            for one in entries(hers, einingar=link.einingar)
        ]
        body = calendar(_("Tiltak"), days, work.now)
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="tiltak.ics"'
    return answer
