"""Savings and restructuring: each table with its totals, planned against realised, and what has become of each row."""

from collections.abc import Iterator

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kjerne import rekneark
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person
from kjerne.vakt import known_words
from kjerne.web import render
from kjerne.work import Work
from tiltak import queries, rules
from tiltak.actions import omstilling as actions
from tiltak.forms import GoalForm, MeasureForm, RowForm
from tiltak.kroner import parse_kroner
from tiltak.models import Omstillingsbelop, Omstillingsrad, Omstillingstabell
from tiltak.queries import omstilling as reading
from tiltak.views.area import area
from tiltak.views.liste import number
from tiltak.views.nedlasting import download


@area.page("/omstilling", needs=Right.OMSTILLING_LES)
def omstilling(work: Work) -> str:
    """All tables with their sums; the chosen one, else the newest real one, row by row."""
    return _page(work)


def _page(work: Work, goal: GoalForm | None = None) -> str:
    tables = reading.tables(work)
    wanted = number("tabell")
    chosen = next((one for one in tables if one.tabell.id == wanted), tables[0] if tables else None)
    found: dict[str, object] = {}
    if chosen is not None:
        rows = reading.rows_of(work, chosen.tabell.id)
        writes = reading.may_write(work, chosen.tabell)
        unknown = sorted({row.avdeling for row, unit in rows if unit is None and row.avdeling})
        found = {
            "rader": rows,
            "belop": reading.amounts_of(work.db, [row.id for row, _unit in rows]),
            "avdelingar": reading.grouped(work, chosen.tabell.id, "avdeling"),
            "slag": reading.grouped(work, chosen.tabell.id, "slag"),
            "skriv": writes,
            "ukjende": unknown,
            "einingar": queries.units(work, Right.OMSTILLING_SKRIV) if writes and unknown else [],
            "maal": goal or GoalForm(data={"maal": chosen.tabell.maal}),
        }
    kan_lese_inn = work.has(Right.OMSTILLING_SKRIV)
    return render(work, "tiltak/omstilling.html", tabellar=tables, vald=chosen, kan_lese_inn=kan_lese_inn, rules=rules, **found)


def _writable(work: Work, tabell_id: int) -> Omstillingstabell:
    table = reading.get_table(work, tabell_id)
    if not reading.may_write(work, table):
        raise NotFound
    return table


def _to_table(table: Omstillingstabell) -> Response:
    return redirect(url_for("tiltak.omstilling", tabell=table.id), 303)


@area.page("/omstilling/<id:tabell_id>/kople", needs=Right.OMSTILLING_SKRIV, method="POST")
def omstilling_kople(work: Work, tabell_id: int) -> Response:
    """Say which unit a department of the table is."""
    table = _writable(work, tabell_id)
    raw = request.form.get("eining_id", "")
    eining_id = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
    if eining_id is None or eining_id not in {id_ for id_, _namn in queries.units(work, Right.OMSTILLING_SKRIV)}:
        raise Refused(_("Vel ei eining i lista."))
    actions.map_department(work, table, request.form.get("avdeling", "")[: rules.TITTEL_MAX], eining_id)
    flash(_("Avdelinga er kopla til eininga."), "ok")
    return _to_table(table)


@area.page("/omstilling/<id:tabell_id>/maal", needs=Right.OMSTILLING_SKRIV, method="POST")
def omstilling_maal(work: Work, tabell_id: int) -> Response:
    """Set the saving to be reached."""
    table = _writable(work, tabell_id)
    form = GoalForm(request.form)
    if not form.validate():
        return make_response(_page(work, form), 422)
    actions.set_goal(work, table, form.maal.data)
    flash(_("Sparemålet er lagra."), "ok")
    return _to_table(table)


def _row_page(
    work: Work,
    table: Omstillingstabell,
    row: Omstillingsrad,
    forms: tuple[RowForm, MeasureForm],
    wrong: dict[int, str] | None = None,
) -> str:
    return render(
        work,
        "tiltak/omstilling_rad.html",
        tabell=table,
        rad=row,
        belop=_amounts(work, row),
        form=forms[0],
        tiltaksskjema=forms[1],
        kan_bli_tiltak=row.eining_id is not None and work.has(Right.TILTAK_SKRIV, row.eining_id),
        feil=wrong or {},
        typed=request.form,
        skriv=reading.may_write(work, table),
        rules=rules,
    )


def _amounts(work: Work, row: Omstillingsrad) -> dict[int, Omstillingsbelop]:
    return reading.amounts_of(work.db, [row.id]).get(row.id, {})


def _forms(work: Work, row: Omstillingsrad) -> tuple[RowForm, MeasureForm]:
    form = RowForm(request.form, status=row.status, slag=row.slag, version=str(row.version))
    form.set_up()
    measure = MeasureForm(request.form)
    measure.fill(queries.candidates(work))
    return form, measure


@area.page("/omstilling/rad/<id:rad_id>", needs=Right.OMSTILLING_LES)
def omstilling_rad(work: Work, rad_id: int) -> str:
    """One row: its words, kroner by year, and what has become of it."""
    table, row = reading.get_row(work, rad_id)
    return _row_page(work, table, row, _forms(work, row))


@area.page("/omstilling/rad/<id:rad_id>", needs=Right.OMSTILLING_SKRIV, method="POST")
def omstilling_rad_lagre(work: Work, rad_id: int) -> Response:
    """Keep what has become of the row."""
    table, row = reading.get_row(work, rad_id)
    _writable(work, table.id)
    form, measure = _forms(work, row)
    wrong: dict[int, str] = {}
    realised: dict[int, int | None] = {}
    for aar in _amounts(work, row):
        try:
            realised[aar] = parse_kroner(request.form.get(f"realisert_{aar}", "")[:60])
        except ValueError:
            wrong[aar] = _("Skriv beløpet i heile kroner, til dømes 250 000.")
    good = form.validate()
    if not (good and form.passes_guard(work.today, known_words(work.db)) and not wrong):
        return make_response(_row_page(work, table, row, (form, measure), wrong), 422)
    actions.follow_up(
        work,
        table,
        row,
        status=form.status.data or "",
        slag=form.slag.data,
        realisert=realised,
        version=form.read_version,
    )
    flash(_("Rada er lagra."), "ok")
    return _to_table(table)


@area.page("/omstilling/rad/<id:rad_id>/tiltak", needs=Right.OMSTILLING_SKRIV, method="POST")
def omstilling_rad_tiltak(work: Work, rad_id: int) -> Response:
    """Follow the row up as a measure."""
    table, row = reading.get_row(work, rad_id)
    _writable(work, table.id)
    form, measure = _forms(work, row)
    if measure.validate():
        person = work.db.get(Person, int(measure.ansvarleg_id.data))
        if person is None:
            raise NotFound
        try:
            made = actions.make_measure(work, table, row, ansvarleg=person, frist=measure.frist.data or work.today)
        except Refused as refused:
            measure[refused.field if refused.field in measure else "frist"].errors = [refused.message]
        else:
            flash(_("Tiltak %(nr)s er laga. Den ansvarlege får brev.", nr=made.id), "ok")
            return redirect(url_for("tiltak.vis", tiltak_id=made.id), 303)
    return make_response(_row_page(work, table, row, (form, measure)), 422)


def _export_rows(work: Work, table: Omstillingstabell) -> tuple[list[str], Iterator[tuple[rekneark.Celle, ...]]]:
    rows = reading.rows_of(work, table.id)
    amounts = reading.amounts_of(work.db, [row.id for row, _unit in rows])
    years = sorted({aar for held in amounts.values() for aar in held})
    headings = [_("Avdeling"), _("Ansvar"), _("Tiltak")]
    for aar in years:
        name = str(aar) if aar else _("Beløp")
        headings += [name, _("Realisert %(aar)s", aar=name) if aar else _("Realisert")]
    headings += [_("Kven"), _("Status"), _("Slag"), _("Eining")]

    def cells() -> Iterator[tuple[rekneark.Celle, ...]]:
        for row, unit in rows:
            kroner: list[rekneark.Celle] = []
            for aar in years:
                held = amounts.get(row.id, {}).get(aar)
                kroner += [held.planlagt if held else None, held.realisert if held else None]
            yield (row.avdeling, row.ansvar, row.tiltak, *kroner, row.kven, row.status, row.slag, unit or "")

    return headings, cells()


@area.page("/omstilling/<id:tabell_id>/eksport.<namn>", needs=Right.OMSTILLING_LES)
def omstilling_eksport(work: Work, tabell_id: int, namn: str) -> Response:
    """The table as CSV or XLSX: what she sees of it, with what was realised; it can be read in again."""
    table = reading.get_table(work, tabell_id)
    if namn not in {"csv", "xlsx"}:
        raise NotFound
    work.read("omstilling", table.id, f"eksport-{namn}")
    headings, rows = _export_rows(work, table)
    return download(namn, f"omstilling-{table.id}-{work.today.isoformat()}", headings, rows, _("Omstilling"))
