"""The front page: what this person needs first. Filing, her drafts and cases; what waits; numbers for those who may see them."""

from flask import request

from administrasjon.views.drift import shows_letters
from avvik.queries.lists import Lister, open_count
from avvik.queries.reporter import LATEST, latest_cases, my_drafts, questions_for_me
from framside.cards import cards_for
from framside.queries import Manad, kept_here, per_month
from kjerne.access import Right
from kjerne.i18n import fdate, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.known import known
from kjerne.web import Area, Open, render
from kjerne.work import Work
from rapportar import tavle
from rapportar.tavleside import address

area = Area("framside", __name__)

DONE = {
    "kladd": ("ok", _l("Kladden er lagra. Vi minner deg på han når vakta sluttar.")),
    "ingen-kladd": ("obs", _l("Det var ingenting å lagre.")),
    "kladd-sletta": ("ok", _l("Kladden er sletta.")),
}
CUT = 90
#: What an administrator comes for, beside what waits for her.
DRIFT = (
    ("/innlesing/", "download", _l("Les inn einingar og personar")),
    ("/tilgang", "lock", _l("Roller og rettar: kven kan kva")),
    ("/logg", "history", _l("Loggen: kva som er endra")),
    ("/logg/lesing", "eye", _l("Kven som har lese kva")),
)
LETTERS = ("/brev", "mail", _l("Brev som er sende og som ventar"))
#: The roles whose job is the whole picture see numbers first; all who hold the right see them.
FEW = 5


def _draft_rows(work: Work) -> list[dict[str, object]]:
    return [
        {
            "nokkel": row.nokkel,
            "tekst": " ".join(str(row.felt.get("skildring", "")).split())[:CUT],
            "endra": row.endra,
            "minn_om": row.minn_om if not row.minna else None,
        }
        for row in my_drafts(work)
    ]


def trend_text(months: list[Manad]) -> str:
    """The trend in words: the last whole three months against the three before. Too few say so."""
    last, before = sum(m.saker for m in months[-4:-1]), sum(m.saker for m in months[-7:-4])
    if last + before < 2 * FEW:
        return _("For få tilfelle til å seie noko.")
    if last > before:
        more = ngettext(
            "%(num)s fleire dei tre siste heile månadene enn dei tre før.",
            "%(num)s fleire dei tre siste heile månadene enn dei tre før.",
            last - before,
        )
        return more + " " + _("Fleire meldingar kan bety betre meldekultur.")
    if last < before:
        return ngettext(
            "%(num)s færre dei tre siste heile månadene enn dei tre før.",
            "%(num)s færre dei tre siste heile månadene enn dei tre før.",
            before - last,
        )
    return _("Like mange dei tre siste heile månadene som dei tre før.")


def _numbers(work: Work) -> dict[str, object] | None:
    if not work.has(Right.AVVIK_TAL):
        return None
    months = per_month(work)
    kept, due = kept_here(work)
    return {
        "manader": months,
        "punkt": [{"namn": fdate(m.fyrste, "MMM yy"), "tal": m.saker} for m in months],
        "rader": [[fdate(m.fyrste, "MMMM y"), m.saker, m.hendingar] for m in reversed(months)],
        "saker": sum(m.saker for m in months),
        "hendingar": sum(m.hendingar for m in months),
        "trend": trend_text(months),
        "halde": kept,
        "rekna": due,
        "prosent": round(100 * kept / due) if due else None,
    }


@area.page("/", needs=Open.LOGGED_IN, settled=frozenset())
def heim(work: Work) -> str:
    """What this person needs first."""
    files_cases = work.has(Right.AVVIK_MELD)
    done = DONE.get(request.args.get("gjort", ""))
    return render(
        work,
        "framside/heim.html",
        kan_melde=files_cases,
        kladdar=_draft_rows(work) if files_cases else [],
        sporsmal=questions_for_me(work),
        kort=cards_for(work),
        drift=((*DRIFT, LETTERS) if shows_letters(work) else DRIFT) if work.has(Right.DRIFT) else (),
        siste=latest_cases(work),
        tal_mine=open_count(work, Lister.MINE),
        maks_siste=LATEST,
        nummer=known(work, _numbers),
        visingar=[(row.namn, address(row, kode)) for row, kode in tavle.saved(work)] if work.has(Right.AVVIK_TAL) else [],
        meldingar=[(done[0], str(done[1]))] if done else [],
    )
