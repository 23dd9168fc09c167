"""Access requests: look over a list's cases with names marked out, mark more or less, then make the paper. Never kept here."""

import re
from collections.abc import Iterator

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from avvik import pdf
from avvik.pdf import Papir, PapirSak
from avvik.queries.innsyn import MOST, Utdrag, extract
from avvik.views.area import area
from avvik.views.inndata import typed
from avvik.views.liste import chosen_list, narrowed
from kjerne import log, sladd
from kjerne.access import Right
from kjerne.errors import Conflict, Refused
from kjerne.i18n import current, fdate, fnumber, ftime, ngettext
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.web import render
from kjerne.work import Work

LANG = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}


def _read(work: Work) -> Utdrag:
    closed_off = (request.form if request.method == "POST" else request.args).get("avgrensa") == "1"
    found = extract(work, chosen_list(), narrowed(), closed_off=closed_off)
    work.read("avvik-liste", f"innsyn {found.sett[:12]}", "innsyn")
    return found


def _gone(found: Utdrag, ticked: set[str], words: list[str]) -> list[re.Pattern[str]]:
    texts = [text.tekst for case in found.saker for text in case.tekstar]
    return [*sladd.exactly(passage for passage in found.funne if passage in ticked), *sladd.patterns(words, texts)]


def _page(work: Work, found: Utdrag, ticked: set[str], words: list[str], refusal: Refused | None = None) -> str:
    wanted = _gone(found, ticked, words)
    cases = [
        (case, [(text.merkelapp, sladd.parts(text.tekst, sladd.spans(text.tekst, wanted))) for text in case.tekstar])
        for case in found.saker
    ]
    return render(
        work,
        "avvik/innsyn.html",
        utdrag=found,
        saker=cases,
        ticked=ticked,
        ord="\n".join(words) if refusal is None else typed("ord"),
        refusal=refusal,
        liste=chosen_list().value,
        smal=narrowed().named(),
        avgrensa=request.values.get("avgrensa") == "1",
        flest=MOST,
    )


@area.page("/innsyn", needs=Right.AVVIK_SLADD)
def innsyn(work: Work) -> str:
    """The review: everything that was found is marked out until a person says otherwise."""
    found = _read(work)
    return _page(work, found, set(found.funne), [])


@area.page("/innsyn", needs=Right.AVVIK_SLADD, method="POST")
def innsyn_lag(work: Work) -> ResponseReturnValue:
    """The review with what was chosen; with `gjer=pdf` the paper. When a case has changed since the review: 409."""
    found = _read(work)
    ticked = set(request.form.getlist("bort"))
    try:
        words = sladd.passages(typed("ord"))
        _gone(found, ticked, words)
    except Refused as refusal:
        return _page(work, found, ticked, [], refusal), 422
    if request.form.get("gjer") != "pdf":
        return _page(work, found, ticked, words)
    if request.form.get("sett") != found.sett:
        raise Conflict(_("Ei sak er endra etter at du såg over. Sjå over på nytt før du lagar utdraget. Ingenting er laga."))
    work.read("avvik-liste", f"innsyn {found.sett[:12]}", "innsyn-pdf")
    log.record(work, "avvik-innsyn", found.sett[:12], "avvik:innsyn", saker=len(found.saker), fjerna=len(ticked) + len(words))
    answer = Response(_drawn(_said(work, found, _gone(found, ticked, words))), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="innsyn-{work.today.isoformat()}.pdf"'
    return answer


def _drawn(said: Papir) -> Iterator[bytes]:
    """Drawn when it is sent: after the read log, and with no transaction open."""
    yield pdf.paper(said)


def _said(work: Work, found: Utdrag, wanted: list[re.Pattern[str]]) -> Papir:
    """The extract in words, in the language in force."""
    ours = settings(work.db)["kommune"]
    hidden = _("skjult")
    marked = _("Namn og anna som kan vise kven nokon er, er tekne bort og merkte %(merke)s.", merke=sladd.MARK)
    lead = [ngettext("%(num)s sak.", "%(num)s saker.", len(found.saker)), marked]
    lead.append(_("Den som har meldt, heiter alltid «meldaren». Små tal er skjulte."))
    if found.utelatne:
        lead.append(_("Saker med avgrensa innsyn er ikkje med."))
    tables = [
        (title, (column, _("Saker")), [(name, hidden if n is None else fnumber(n)) for name, n in rows])
        for title, column, rows in (
            (_("Saker etter type"), _("Type"), found.per_type),
            (_("Saker etter eining"), _("Eining"), found.per_eining),
        )
        if rows
    ]
    cases = [
        PapirSak(
            case.nr,
            " · ".join(part for part in (fdate(case.meldt, "MMMM y"), case.eining, case.type, case.status) if part),
            [(text.merkelapp, sladd.without(text.tekst, sladd.spans(text.tekst, wanted))) for text in case.tekstar],
        )
        for case in found.saker
    ]
    return Papir(
        tittel=_("Utdrag av avvik til innsyn"),
        kommune=_("%(kommune)s · Internkontroll, helse og omsorg", kommune=ours),
        lang=LANG[current()],
        henta=_("Laga %(tid)s", tid=ftime(work.now)),
        side=_("Side %(side)s av %(alle)s"),
        innleiing=lead,
        tabellar=tables,
        saker=cases,
    )
