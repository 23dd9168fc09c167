"""The gap map: units by competences, one unit's persons by competences, the same as workbook and on paper."""

import tempfile
from collections.abc import Iterator

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.clock import add_months
from kjerne.i18n import gettext as _
from kjerne.rekneark import write_xlsx
from kjerne.work import Work
from kompetanse import pdf_kart, rules
from kompetanse.queries import behov as needs
from kompetanse.queries import eining, opplaering, oversikt
from kompetanse.queries.kart import Snitt
from kompetanse.queries.oversikt import Bilete
from kompetanse.views.area import area, asked_id, professions, show, units_with

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 65_536


def _months() -> int:
    raw = request.args.get("om", "0")
    return int(raw) if raw in {str(ahead) for ahead in rules.HORISONTAR} else 0


def _narrowed(work: Work) -> Snitt:
    """Profession and shift of the address; only what exists, and only for who may see names somewhere."""
    yrke, vakt = request.args.get("yrke", ""), request.args.get("vakt", "")
    if not work.has(Right.KOMPETANSE_LES):
        return Snitt()
    return Snitt(yrke if yrke in professions(work) else "", vakt if vakt in rules.VAKTNAMN else "")


def _group() -> str:
    raw = request.args.get("gruppe", "")
    return raw if raw in rules.GRUPPER else ""


def _kept(work: Work) -> dict[str, str | int]:
    """What the address says, to carry on in links."""
    snitt = _narrowed(work)
    found: dict[str, str | int] = {
        "om": _months(),
        "yrke": snitt.yrke,
        "vakt": snitt.vakt,
        "gruppe": _group(),
        "eining": asked_id("eining") or "",
    }
    return {key: value for key, value in found.items() if value}


def _map(work: Work) -> Bilete:
    return oversikt.build(work, manader=_months(), snitt=_narrowed(work), gruppe=_group(), top=asked_id("eining"))


@area.page("/kart", needs=Right.KOMPETANSE_TAL)
def kart(work: Work) -> Response:
    """Units by competences: the share of each need that is met."""
    found, months, top = _map(work), _months(), asked_id("eining")
    named = found.namn
    return show(
        work,
        "kompetanse/kart.html",
        kart=found,
        om=months,
        snitt=_narrowed(work),
        gruppe=_group(),
        vis="liste" if request.args.get("vis") == "liste" else "kart",
        kept=_kept(work),
        eineste=oversikt.single_points(work, months, top) if named else [],
        utlop=oversikt.expiries(work, top) if named else [],
        yrke=professions(work) if named else {},
        einingar=units_with(work, Right.KOMPETANSE_TAL),
        top=top,
        opne=opplaering.open_count(work) if work.has(Right.KOMPETANSE_SKRIV) else 0,
        lovyrke=needs.law_professions(work),
    )


@area.page("/kart/<id:eining_id>", needs=Right.KOMPETANSE_TAL)
def kart_eining(work: Work, eining_id: int) -> Response:
    """One unit: its needs, and its persons by competences for who may see names. The reading of names is logged."""
    found = eining.build(work, eining_id, manader=_months(), snitt=_narrowed(work))
    if found.namn:
        work.read("kompetanse", f"eining-{eining_id}", "kart")
    return show(
        work,
        "kompetanse/eining.html",
        bilete=found,
        om=_months(),
        snitt=_narrowed(work),
        kept={key: value for key, value in _kept(work).items() if key not in {"eining", "gruppe"}},
        yrke=professions(work),
        dag=add_months(work.today, _months()),
        skriv=work.has(Right.KOMPETANSE_SKRIV, eining_id),
        setning=needs.Setning.of(work),
    )


def _lines(found: Bilete) -> Iterator[tuple[str | int, ...]]:
    """The map as rows: a cell on each. A hidden count is a text, so that nobody sums it."""
    hidden = _("færre enn %(n)s", n=rules.SKJUL_UNDER)
    for row in found.rader:
        for column, cell in zip(found.kolonnar, row.celler, strict=True):
            if cell is not None:
                counts: tuple[str | int, str | int] = (hidden, hidden)
                if cell.behov is not None and cell.har is not None:
                    counts = (cell.behov, cell.har)
                yield row.unit.namn, column.label, str(rules.GRUPPER.get(column.gruppe, "")), cell.prosent, *counts, cell.ned


@area.page("/kart.xlsx", needs=Right.KOMPETANSE_TAL)
def kart_xlsx(work: Work) -> ResponseReturnValue:
    """The map as a workbook, with exactly what the page shows."""
    found = _map(work)
    work.read("kompetanse", "kart", "eksport-xlsx")
    headings = [
        _("Eining"),
        _("Kompetanse"),
        _("Gruppe"),
        _("Dekt, prosent"),
        _("Behov, personar"),
        _("Har, personar"),
        _("Ned frå i dag"),
    ]
    with tempfile.TemporaryFile() as target:
        write_xlsx(target, headings, _lines(found), _("Kompetansekart"))
        target.seek(0)
        answer = Response(target.read(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="kompetansekart-{found.dag.isoformat()}.xlsx"'
    return answer


@area.page("/kart.pdf", needs=Right.KOMPETANSE_TAL)
def kart_pdf(work: Work) -> ResponseReturnValue:
    """The map as a tagged PDF, with exactly what the page shows."""
    found = _map(work)
    work.read("kompetanse", "kart", "eksport-pdf")
    answer = Response(pdf_kart.paper(work, found, _months()), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="kompetansekart-{found.dag.isoformat()}.pdf"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


__all__ = ["url_for"]
