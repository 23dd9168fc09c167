"""What competence prints: a person's own overview, the map, a unit's plan. Tagged, with our fonts (`kjerne/pdf.py`)."""

from collections.abc import Sequence

from reportlab.platypus import Flowable, KeepTogether, Spacer

from kjerne import pdf
from kjerne.i18n import current, fdate, ftime
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.models import Person
from kjerne.pdf import WIDTH, Node, Text
from kjerne.work import Work
from kompetanse import rules
from kompetanse.queries.personar import Linje
from kompetanse.rules import Gyldig

LANG = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}


def head(root: Node, over: str, title: str, under: str) -> Flowable:
    """The coloured head of the first page."""
    return pdf.Band(
        [Text(root.add("P"), over, pdf.KICKER), Text(root.add("H1"), title, pdf.TITLE), Text(root.add("P"), under, pdf.KICKER)]
    )


def heading(root: Node, text: str) -> Flowable:
    """A heading of the second level."""
    return Text(root.add("H2"), text, pdf.HEADING)


def paper(work: Work, title: str) -> pdf.Paper:
    """What stands on every page."""
    ours = settings(work.db)["kommune"]
    return pdf.Paper(title, LANG[current()], ours, _("Henta %(tid)s", tid=ftime(work.now)))


def page_of(page: int, total: int) -> str:
    """The foot's right text."""
    return _("Side %(side)s av %(alle)s", side=page, alle=total)


def curriculum(work: Work, person: Person, yrke: str, lines: Sequence[Linje]) -> bytes:
    """A person's competences, group by group: what is confirmed and holds, then what she has had before."""
    live = [one for one in lines if one.stand in {Gyldig.GYLDIG, Gyldig.SNART}]
    past = [one for one in lines if one.stand is Gyldig.UTGATT]
    title = _("Kompetanse, %(namn)s", namn=person.namn)
    ours = settings(work.db)["kommune"]

    def story(root: Node) -> list[Flowable]:
        pieces: list[Flowable] = [
            head(root, _("%(kommune)s · Kompetanse", kommune=ours), person.namn, yrke or _("Yrke er ikkje registrert")),
            Spacer(1, 10),
            Text(
                root.add("P"),
                _("Stadfesta kompetanse per %(dato)s. Eigne vurderingar er ikkje med.", dato=fdate(work.today)),
                pdf.LEAD,
            ),
        ]
        for code, name in rules.GRUPPER.items():
            rows = [one for one in live if one.kompetanse.gruppe == code]
            if rows:
                pieces.append(KeepTogether([heading(root, str(name)), _evidence(root, rows)]))
        if not live:
            pieces.append(Text(root.add("P"), _("Ingen stadfesta kompetanse er gyldig no."), pdf.BODY))
        if past:
            pieces.append(KeepTogether([heading(root, _("Tidlegare, ikkje gyldig no")), _evidence(root, past)]))
        pieces += [Spacer(1, 12), Text(root.add("P"), _("Oversikta har ingen helseopplysningar."), pdf.SMALL)]
        return pieces

    return pdf.build(paper(work, title), story, page_of)


def _evidence(root: Node, rows: Sequence[Linje]) -> Flowable:
    head_row = [_("Kompetanse"), _("Nivå"), _("Bevis"), _("Dato"), _("Gyldig til")]
    cells = [
        [
            one.kompetanse.label,
            str(rules.NIVANAMN[one.bevis.niva]),
            ", ".join(part for part in (str(rules.BEVISSLAG.get(one.bevis.slag, one.bevis.slag)), one.bevis.referanse) if part),
            fdate(one.bevis.dato, "dd.MM.y"),
            fdate(one.bevis.gyldig_til, "dd.MM.y") if one.bevis.gyldig_til else _("Utan ende"),
        ]
        for one in rows
    ]
    return pdf.table(root.add("Table"), head_row, cells, [150, 110, WIDTH - 400, 65, 75], words=5)
