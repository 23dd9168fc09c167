"""About accessibility: what the law asks, what we built to, and how to say when something is in the way."""

from framside.views import area
from kjerne.access import Open
from kjerne.web import our_settings, render
from kjerne.work import Work


@area.page("/tilgjenge", needs=Open.ALL)
def tilgjenge(work: Work) -> str:
    """The page the footer points at (likestillings- og diskrimineringslova § 18; the municipality's own statement)."""
    return render(work, "framside/tilgjenge.html", erklaering=our_settings().get("tilgjengelegheitserklaering", ""))
