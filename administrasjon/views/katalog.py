"""The municipality edits its reference tables: list, one row, new, stop using, order, and what was changed when."""

from collections.abc import Callable
from datetime import date

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from administrasjon import ord_for_loggen
from administrasjon.actions import katalog as actions
from administrasjon.actions.katalog import Onske
from administrasjon.forms.katalog import Radskjema, label_of
from administrasjon.queries import katalog as queries
from administrasjon.queries.katalog import Kjede
from administrasjon.rules.tabellar import Tabell
from administrasjon.views.drift import area
from kjerne import vakt
from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.felt import parse_date
from kjerne.i18n import gettext as _
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work

ON_ROW = 20


@area.page("/innstillingar/<tabell>/", needs=Right.KATALOG_ENDRE)
def katalog_liste(work: Work, tabell: str) -> str:
    """Everything of a table: what holds, what is planned, what is no longer in use."""
    table = queries.get_table(tabell)
    rows = queries.chains(work, table)
    words = queries.choices(work, table)
    live = [one for one in rows if not one.slutta]
    return render(
        work,
        "administrasjon/innstillingar/liste.html",
        tabell=table,
        grupper=_groups(table, live, words),
        slutta=[one for one in rows if one.slutta],
        ord=words,
        namn=lambda row: queries.name_of(table, row, words, kort=True),
        fakta=lambda row: queries.facts_of(table, row, words),
        versjonar={key: actions.order_version(group) for key, _title, group in _groups(table, live, words)},
    )


def _groups(table: Tabell, rows: list[Kjede], words: dict[str, dict[str, str]]) -> list[tuple[str, str, list[Kjede]]]:
    """(code, title, rows): one group for a table without groups."""
    if not table.gruppe:
        return [("", "", rows)]
    titles = next(words[one.val] for one in table.felt if one.stamme == table.gruppe)
    found: dict[str, list[Kjede]] = {code: [] for code in titles}
    for row in rows:
        found.setdefault(str(getattr(row.nyaste, table.gruppe)), []).append(row)
    return [(code, titles.get(code, code), group) for code, group in found.items() if group]


def _form(work: Work, table: Tabell, chain: Kjede | None) -> Radskjema:
    words = queries.choices(work, table)
    if chain is None:
        return Radskjema(table, words, first=work.today)
    first = chain.nyaste.gjeld_fra if chain.planlagd else work.today
    return Radskjema(table, words, row=chain.nyaste, first=None if chain.ventar else first, versjon=chain.versjon)


def _page(work: Work, table: Tabell, form: Radskjema, chain: Kjede | None, *, feil: str = "", slutt_feil: str = "") -> str:
    key = queries.code_of(table, chain.nyaste) if chain else ""
    named = ord_for_loggen.INNSTILLINGAR
    history = queries.changes(work, table, table.kode, named, key=key, limit=ON_ROW)[0] if chain else []
    return render(
        work,
        "administrasjon/innstillingar/rad.html",
        tabell=table,
        form=form,
        kjede=chain,
        tittel=queries.name_of(table, chain.vist, queries.choices(work, table)) if chain else "",
        fast=bool(chain and table.nokkel == "kode" and chain.nyaste.kode in table.faste),
        historie=history,
        data_feil=feil,
        slutt_feil=slutt_feil,
        slagnamn=ord_for_loggen.ENDRINGAR,
    )


@area.page("/innstillingar/<tabell>/ny", needs=Right.KATALOG_ENDRE)
def katalog_ny(work: Work, tabell: str) -> str:
    """A form for a new row."""
    table = queries.get_table(tabell)
    if not table.kan_leggje_til:
        raise NotFound
    return _page(work, table, _form(work, table, None), None)


@area.page("/innstillingar/<tabell>/ny", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_legg_til(work: Work, tabell: str) -> ResponseReturnValue:
    """Add it."""
    table = queries.get_table(tabell)

    def save(form: Radskjema) -> str:
        actions.add(work, table, Onske(form.values, form["gjeld_fra"].data))
        return _("Lagt til.")

    return _save(work, table, None, save)


@area.page("/innstillingar/<tabell>/<id:nr>", needs=Right.KATALOG_ENDRE)
def katalog_rad(work: Work, tabell: str, nr: int) -> str:
    """One row with its form, its dates and its history."""
    table = queries.get_table(tabell)
    chain = queries.get_chain(work, table, nr)
    return _page(work, table, _form(work, table, chain), chain)


@area.page("/innstillingar/<tabell>/<id:nr>", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_endre(work: Work, tabell: str, nr: int) -> ResponseReturnValue:
    """Change it from a day on."""
    table = queries.get_table(tabell)
    chain = queries.get_chain(work, table, nr, lock=True)

    def save(form: Radskjema) -> str:
        if form["versjon"].data != chain.versjon:
            raise _both(work, table, form, chain)
        first = chain.nyaste.gjeld_fra if chain.ventar else form["gjeld_fra"].data
        done = actions.change(work, table, nr, Onske(form.values, first, form["versjon"].data))
        return _("Lagra. Saker som alt er melde, held på det som galdt då.") if done else _("Ingenting var endra.")

    return _save(work, table, chain, save)


def _both(work: Work, table: Tabell, form: Radskjema, chain: Kjede) -> Conflict:
    """Two changed the same row: what each wrote, field by field."""
    mine, theirs = [], []
    now = _form(work, table, chain)
    for one in table.felt:
        for column in one.kolonnar:
            if form.values.get(column) != getattr(chain.nyaste, column):
                mine.append(f"{label_of(one, column)}: {form[column].data}")
                theirs.append(f"{label_of(one, column)}: {now[column].data}")
    said = _("Nokon andre endra dette medan du heldt på. Ditt er ikkje lagra.")
    return Conflict(said, mine="\n".join(mine), theirs="\n".join(theirs))


def _save(work: Work, table: Tabell, chain: Kjede | None, save: Callable[[Radskjema], str]) -> ResponseReturnValue:
    """Read the form, guard its texts, do it in a savepoint. What is refused comes back with everything that was typed."""
    form = _form(work, table, chain)
    form.take(request.form)
    if chain is not None and chain.ventar:
        form["gjeld_fra"].data = chain.nyaste.gjeld_fra
    if not form.validate():
        return make_response(_page(work, table, form, chain), 422)
    try:
        vakt.demand(work.db, form.texts(), today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")
        with work.db.begin_nested():
            said = save(form)
    except Guarded as guarded:
        for name, texts in guarded.verdict.messages().items():
            form[name].errors = texts
        return make_response(_page(work, table, form, chain, feil=guarded.verdict.feil), 422)
    except Refused as refused:
        form[refused.field if refused.field in form else "gjeld_fra"].errors = [refused.message]
        work.db.expire_all()
        return make_response(_page(work, table, form, chain), 422)
    flash(said, "ok")
    return redirect(url_for("administrasjon.katalog_liste", tabell=table.kode), 303)


def _day(raw: str) -> date:
    try:
        return parse_date(raw)
    except ValueError:
        raise Refused(_("Skriv datoen som 22.11.2026."), "slutt_fra") from None


@area.page("/innstillingar/<tabell>/<id:nr>/avslutt", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_avslutt(work: Work, tabell: str, nr: int) -> ResponseReturnValue:
    """Stop offering it from a day on."""
    table = queries.get_table(tabell)
    try:
        with work.db.begin_nested():
            actions.end(work, table, nr, _day(request.form.get("slutt_fra", "")), request.form.get("versjon", ""))
    except Refused as refused:
        work.db.expire_all()
        chain = queries.get_chain(work, table, nr)
        return make_response(_page(work, table, _form(work, table, chain), chain, slutt_feil=refused.message), 422)
    flash(_("Lagra. Saker som har han, held på han."), "ok")
    return redirect(url_for("administrasjon.katalog_liste", tabell=table.kode), 303)


@area.page("/innstillingar/<tabell>/<id:nr>/dropp", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_dropp(work: Work, tabell: str, nr: int) -> Response:
    """Take back a planned change."""
    table = queries.get_table(tabell)
    actions.drop_planned(work, table, nr, request.form.get("versjon", ""))
    flash(_("Den planlagde endringa er teken bort."), "ok")
    return redirect(url_for("administrasjon.katalog_liste", tabell=table.kode), 303)


@area.page("/innstillingar/<tabell>/<id:nr>/flytt", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_flytt(work: Work, tabell: str, nr: int) -> Response:
    """Move it one place up or down."""
    table = queries.get_table(tabell)
    actions.move(work, table, nr, up=request.form.get("veg") == "opp", versjon=request.form.get("versjon", ""))
    return redirect(url_for("administrasjon.katalog_liste", tabell=table.kode) + f"#rad-{nr}", 303)


@area.page("/innstillingar/<tabell>/historie", needs=Right.KATALOG_ENDRE)
def katalog_historie(work: Work, tabell: str) -> str:
    """What was changed, when, by whom, from → to."""
    table = None if tabell == "kommunen" else queries.get_table(tabell)
    raw = request.args.get("for", "")
    before = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
    rows, more = queries.changes(work, table, tabell, ord_for_loggen.INNSTILLINGAR, before=before)
    return render(
        work,
        "administrasjon/innstillingar/historie.html",
        tabell=table,
        endringar=rows,
        namn=queries.names_by_code(work, table) if table else {},
        slagnamn=ord_for_loggen.ENDRINGAR,
        neste=f"{url_for('administrasjon.katalog_historie', tabell=tabell)}?for={more}" if more else None,
    )
