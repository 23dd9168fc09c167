"""A unit's plan on paper: goals, the map before and after, each line with its measure, and the money."""

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from kjerne import pdf
from kjerne.i18n import fdate, fnumber, ngettext
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.models import Eining
from kjerne.pdf import WIDTH, Node, Text
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Kompetanseplan
from kompetanse.pdf import head, heading, page_of
from kompetanse.pdf import paper as sheet
from kompetanse.pdf_kart import notes, shown
from kompetanse.queries import plan as queries
from kompetanse.rules import Planstatus
from tiltak.rules import STATUSNAMN, Status


def paper(work: Work, plan: Kompetanseplan) -> bytes:
    """The PDF in the language in force."""
    unit = work.db.get_one(Eining, plan.eining_id)
    rows, later = queries.rows_of(work, plan), queries.after(work, plan)
    title = _("Kompetanseplan %(aar)s", aar=plan.aar)
    ours = settings(work.db)["kommune"]
    state = str(rules.PLANNAMN[Planstatus(plan.status)])
    if plan.godkjend_tid:
        state = _("Godkjend %(dato)s", dato=fdate(plan.godkjend_tid))

    def story(root: Node) -> list[Flowable]:
        pieces: list[Flowable] = [
            head(root, _("%(kommune)s · Kompetanse", kommune=ours), title, f"{unit.namn} · {state}"),
            Spacer(1, 10),
        ]
        for name, text in ((_("Mål"), plan.maal), (_("Evaluering"), plan.evaluering)):
            if text:
                pieces.append(heading(root, name))
                pieces += [Text(root.add("P"), line, pdf.BODY) for line in text.splitlines() if line.strip()]
        pieces += [heading(root, _("Tiltak")), *_measures(root, rows), *_budget(root, rows)]
        if later:
            cells = [[one.kompetanse.label, shown(one.no), shown(one.utan), shown(one.med)] for one in later]
            head_row = [_("Kompetanse"), _("I dag"), _("Ved årsslutt utan tiltak"), _("Når planen er gjennomført")]
            pieces += [
                CondPageBreak(120),
                heading(root, _("Kartet før og etter")),
                pdf.table(root.add("Table"), head_row, cells, [WIDTH - 300, 80, 110, 110]),
                Spacer(1, 8),
                *[Text(root.add("P"), text, pdf.SMALL) for text in notes()],
            ]
        return pieces

    return pdf.build(sheet(work, f"{title}, {unit.namn}"), story, page_of)


def _measures(root: Node, rows: list[queries.Radlinje]) -> list[Flowable]:
    if not rows:
        return [Text(root.add("P"), _("Planen har ingen tiltak enno."), pdf.BODY)]
    head_row = [_("Kompetanse"), _("Tiltak"), _("Ansvarleg"), _("Frist og stand"), _("Med"), _("Kroner")]
    cells = [
        [
            one.kompetanse.label,
            ": ".join(filter(None, (str(rules.RADNAMN[rules.Radslag(one.rad.slag)]), one.tittel))),
            one.ansvarleg or "–",
            f"{fdate(one.tiltak.frist, 'dd.MM.y')} {STATUSNAMN[Status(one.tiltak.status)]}",
            _with(one),
            fnumber(one.tiltak.kostnad or 0),
        ]
        for one in rows
    ]
    return [pdf.table(root.add("Table"), head_row, cells, [110, WIDTH - 398, 72, 66, 104, 46], words=5)]


def _with(one: queries.Radlinje) -> str:
    names = [person.namn for person in one.deltakarar if person.namn]
    if names:
        return ", ".join(names)
    if one.rad.tal:
        return ngettext("éin ny", "%(num)s nye", one.rad.tal)
    return _("færre enn %(n)s", n=rules.SKJUL_UNDER) if len(one.deltakarar) < rules.SKJUL_UNDER else fnumber(len(one.deltakarar))


def _budget(root: Node, rows: list[queries.Radlinje]) -> list[Flowable]:
    sums = queries.money(rows)
    cells = [[str(rules.FINANSNAMN[kind]), fnumber(kroner)] for kind, kroner in sums.items()]
    cells.append([_("Sum"), fnumber(sum(sums.values()))])
    return [heading(root, _("Budsjett")), pdf.table(root.add("Table"), [_("Finansiering"), _("Kroner")], cells, [240, 90])]
