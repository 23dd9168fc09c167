"""The analysis as paper and as a workbook, and a workbook read back."""

import io

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response
from xlsxwriter import Workbook

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work
from ros import pdf, rules
from ros.actions.innlesing import Utfall, read_file, write_rows
from ros.actions.note import demand_editing
from ros.models import RosAnalyse, RosUtgave
from ros.queries.access import get_analyse
from ros.queries.analyse import Lese, editions, read_analyse
from ros.queries.dokument import as_document
from ros.queries.kolonner import NR, TEXT_COLUMNS, VERSJON, columns
from ros.views.area import area
from ros.views.inndata import demand

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROW, WIDE = 10, 34


def _download(data: bytes, kind: str, name: str) -> Response:
    answer = Response(data, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def workbook(lese: Lese) -> bytes:
    """The rows as a workbook: texts as text, never formulas; levels as numbers."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    named = columns(lese.skala, lese.aksar)
    with Workbook(target, options) as book:
        sheet = book.add_worksheet(_("Rader"))
        bold, wrapped = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 3)
        for place, (code, heading) in enumerate(named.items()):
            sheet.write_string(0, place, heading, bold)
            sheet.set_column(place, place, WIDE if code in TEXT_COLUMNS else NARROW)
        for line, rad in enumerate(lese.rader, start=1):
            cells: dict[str, object] = {NR: rad.row.nr, VERSJON: rad.row.versjon}
            cells |= {code: getattr(rad.row, code) for code in (*TEXT_COLUMNS, "sannsyn", "rest_sannsyn")}
            cells |= {f"k_{akse.value}": level for akse, level in rad.verdi.items()}
            cells |= {f"r_{akse.value}": level for akse, level in rad.rest.items()}
            for place, code in enumerate(named):
                value = cells.get(code)
                if isinstance(value, int):
                    sheet.write_number(line, place, value, wrapped)
                elif value:
                    sheet.write_string(line, place, str(value), wrapped)
    return target.getvalue()


@area.page("/<id:analyse_id>/eksport.xlsx", needs=Right.ROS_LES)
def eksport(work: Work, analyse_id: int) -> ResponseReturnValue:
    """The rows as a workbook that can be read back without loss."""
    lese = read_analyse(work, get_analyse(work, analyse_id))
    return _download(workbook(lese), XLSX, f"ros-{analyse_id}.xlsx")


@area.page("/<id:analyse_id>/pdf", needs=Right.ROS_LES)
def pdf_no(work: Work, analyse_id: int) -> ResponseReturnValue:
    """The analysis as it stands now, on paper."""
    analyse = get_analyse(work, analyse_id)
    document = as_document(read_analyse(work, analyse))
    status = str(rules.STATUSNAMN[rules.Status(analyse.status)])
    data = pdf.paper(document, kommune=settings(work.db)["kommune"], nr=analyse.id, status=status, now=work.now)
    return _download(data, "application/pdf", f"ros-{analyse_id}.pdf")


def _edition(work: Work, analyse: RosAnalyse, nr: int) -> RosUtgave:
    found = next((row for row in editions(work, analyse) if row.nr == nr), None)
    if found is None:
        raise NotFound
    return found


@area.page("/<id:analyse_id>/utgave/<id:nr>", needs=Right.ROS_LES)
def utgave(work: Work, analyse_id: int, nr: int) -> str:
    """An approved edition, as it was."""
    analyse = get_analyse(work, analyse_id)
    row = _edition(work, analyse, nr)
    return render(work, "ros/utgave.html", a=analyse, u=row, d=row.innhald, rules=rules)


@area.page("/<id:analyse_id>/utgave/<id:nr>/pdf", needs=Right.ROS_LES)
def utgave_pdf(work: Work, analyse_id: int, nr: int) -> ResponseReturnValue:
    """An approved edition on paper."""
    analyse = get_analyse(work, analyse_id)
    row = _edition(work, analyse, nr)
    status = _("Godkjend utgåve %(nr)s", nr=nr)
    data = pdf.paper(row.innhald, kommune=settings(work.db)["kommune"], nr=analyse.id, status=status, now=work.now)
    return _download(data, "application/pdf", f"ros-{analyse_id}-utgave-{nr}.pdf")


def _import_page(work: Work, analyse: RosAnalyse, done: list[Utfall] | None, refusal: Refused | None, *, tried: bool) -> str:
    guard = refusal.verdict if isinstance(refusal, Guarded) else None
    return render(work, "ros/innlesing.html", a=analyse, utfall=done, refusal=refusal, guard=guard, prov=tried)


@area.page("/<id:analyse_id>/innlesing", needs=Right.ROS_SKRIV)
def innlesing(work: Work, analyse_id: int) -> str:
    """Choose a workbook."""
    analyse = get_analyse(work, analyse_id)
    demand_editing(work, analyse)
    return _import_page(work, analyse, None, None, tried=False)


@area.page("/<id:analyse_id>/innlesing", needs=Right.ROS_SKRIV, method="POST")
def innlesing_send(work: Work, analyse_id: int) -> ResponseReturnValue:
    """Read a workbook: a trial run shows what would happen and writes nothing."""
    analyse = get_analyse(work, analyse_id, lock=True)
    demand_editing(work, analyse)
    trial = request.form.get("prov") == "1"
    sent = request.files.get("fil")
    try:
        lines = read_file(work, analyse, sent.read() if sent is not None else b"")
        texts = {f"{line.linje} {name}": text for line in lines if line.said for name, text in line.said.texts().items() if text}
        demand(work, texts)
        done = write_rows(work, analyse, lines)
    except Refused as problem:
        work.db.rollback()
        return _import_page(work, get_analyse(work, analyse_id), None, problem, tried=trial), 422
    if trial:
        work.db.rollback()
        analyse = get_analyse(work, analyse_id)
    return _import_page(work, analyse, done, None, tried=trial)
