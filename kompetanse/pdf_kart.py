"""The gap map on paper: units by competences, four competences to a table, with what the numbers rest on."""

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from kjerne import pdf
from kjerne.i18n import fdate
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.pdf import WIDTH, Node, Text
from kjerne.work import Work
from kompetanse import rules
from kompetanse.pdf import head, heading, page_of
from kompetanse.pdf import paper as sheet
from kompetanse.queries.oversikt import Bilete, Celle

ACROSS = 4
UNIT_WIDTH = 130
#: Words of so many letters fit a column.
LONG = 16
MARK = {"full": "", "god": "", "lag": " !", "darleg": " !!"}


def shown(cell: Celle | None) -> str:
    """A cell in text: percent, a mark for its band, and the counts when they are shown."""
    if cell is None:
        return "–"
    counts = f" ({cell.har}/{cell.behov})" if cell.behov is not None else ""
    return f"{cell.prosent} %{MARK[cell.band]}{counts}"


def paper(work: Work, found: Bilete, months: int) -> bytes:
    """The PDF in the language in force."""
    title = _("Kompetansekart %(dag)s", dag=fdate(found.dag))
    ours = settings(work.db)["kommune"]

    def story(root: Node) -> list[Flowable]:
        pieces: list[Flowable] = [
            head(root, _("%(kommune)s · Kompetanse", kommune=ours), title, str(rules.HORISONTNAMN[months])),
            Spacer(1, 10),
            Text(root.add("P"), summary(found), pdf.LEAD),
            Text(
                root.add("P"),
                _("! er under %(god)s prosent, !! er under %(lag)s. Ein strek: ikkje kravd.", god=found.god, lag=found.lag),
                pdf.SMALL,
            ),
        ]
        for start in range(0, len(found.kolonnar), ACROSS):
            columns = found.kolonnar[start : start + ACROSS]
            rows = [
                [row.unit.namn, *[shown(cell) for cell in row.celler[start : start + ACROSS]]]
                for row in found.rader
                if any(row.celler[start : start + ACROSS])
            ]
            rows.append([_("Alle einingane"), *[shown(cell) for cell in found.sum[start : start + ACROSS]]])
            width = (WIDTH - UNIT_WIDTH) / ACROSS
            pieces += [
                CondPageBreak(160),
                heading(root, _numbers(start, len(columns), len(found.kolonnar))),
                pdf.table(
                    root.add("Table"),
                    [_("Eining"), *[_narrow(column.label) for column in columns]],
                    rows,
                    [UNIT_WIDTH, *[width] * len(columns)],
                ),
            ]
        pieces.append(Spacer(1, 10))
        pieces += [Text(root.add("P"), text, pdf.SMALL) for text in notes()]
        return pieces

    return pdf.build(sheet(work, title), story, page_of)


def _numbers(start: int, count: int, total: int) -> str:
    return _("Kompetanse %(fra)s–%(til)s av %(alle)s", fra=start + 1, til=start + count, alle=total)


def _narrow(label: str) -> str:
    """A column's name with its very long words broken: the paper's fonts know no soft hyphen."""
    words = [rules.breakable(word) if len(word) > LONG else word for word in label.split(" ")]
    return " ".join(words).replace(rules.SOFT_HYPHEN, "- ")


def summary(found: Bilete) -> str:
    """The map in one sentence."""
    return _("%(under)s av %(alle)s ruter er under %(lag)s prosent.", under=found.under, alle=found.ruter, lag=found.lag)


def notes() -> list[str]:
    """What the numbers are and are not."""
    return [
        _("Talet er kor stor del av behovet som er dekt av personar med stadfesta og gyldig kompetanse den dagen."),
        _("På kvar vakttype tyder personar i eininga som går slike vakter. Ingen turnus er lesen."),
        _("Tal på færre enn fem personar er skjulte for dei som ikkje ser namn. Kartet har ingen helseopplysningar."),
    ]
