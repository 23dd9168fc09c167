"""The index of a supervision folder: what was chosen, how each duty stands, and each file with its checksum."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.platypus import Flowable, Spacer

from kjerne import pdf
from kjerne.i18n import current, fdate, ftime
from kjerne.i18n import gettext as _
from kjerne.pdf import WIDTH, Node, Text
from krav.queries import Stand
from krav.rules import STATUSNAMN, Status
from oppdragsbrev.rules import LYSNAMN


@dataclass(frozen=True)
class Framside:
    """What the index says about the folder as a whole."""

    kommune: str
    einingar: Sequence[str]
    fra: date
    til: date
    laga: datetime
    laga_av: str
    med_namn: bool


def index(front: Framside, stands: Sequence[Stand], files: Sequence[tuple[str, str, int]]) -> bytes:
    """The tagged PDF. `files` are (name, SHA-256, bytes) in the folder's order."""
    title = _("Tilsynsmappe")
    places = ", ".join(front.einingar)

    def story(root: Node) -> list[Flowable]:
        pieces: list[Flowable] = [
            pdf.Band(
                [
                    Text(root.add("P"), _("%(kommune)s · Internkontroll, helse og omsorg", kommune=front.kommune), pdf.KICKER),
                    Text(root.add("H1"), title, pdf.TITLE),
                    Text(root.add("P"), f"{fdate(front.fra)} – {fdate(front.til)}", pdf.KICKER),
                ]
            ),
            Spacer(1, 10),
            Text(root.add("P"), _("Einingar: %(namn)s.", namn=places), pdf.LEAD),
            Text(root.add("P"), _("Laga %(tid)s av %(namn)s.", tid=ftime(front.laga), namn=front.laga_av), pdf.BODY),
            Text(root.add("P"), _names(front), pdf.BODY),
            Text(root.add("H2"), _("Krav og status"), pdf.HEADING),
        ]
        rows = [[s.krav.kode, s.krav.heimel, s.eining.namn, str(LYSNAMN[s.lys]), _own(s)] for s in stands]
        head = [_("Kode"), _("Heimel"), _("Eining"), _("Status"), _("Eiga vurdering")]
        shares = [0.14, 0.3, 0.24, 0.16, 0.16]
        pieces.append(pdf.table(root.add("Table"), head, rows, [WIDTH * one for one in shares], words=5))
        pieces.append(Text(root.add("H2"), _("Filene i mappa"), pdf.HEADING))
        listed = [[name, size, sha] for name, sha, size in files]
        pieces.append(
            pdf.table(
                root.add("Table"), [_("Fil"), _("Byte"), "SHA-256"], listed, [WIDTH * one for one in (0.4, 0.1, 0.5)], words=1
            )
        )
        return pieces

    lang = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}[current()]
    paper = pdf.Paper(title, lang, front.kommune, _("Laga %(tid)s", tid=ftime(front.laga)))
    return pdf.build(paper, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))


def _names(front: Framside) -> str:
    if front.med_namn:
        return _("Namna på tilsette er med. Handsam mappa deretter.")
    return _("Namn er tekne ut og erstatta med [sladda] eller rolla.")


def _own(stand: Stand) -> str:
    return str(STATUSNAMN[Status(stand.vurdering.status)]) if stand.vurdering else "–"
