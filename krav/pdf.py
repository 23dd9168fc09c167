"""The index of a supervision folder: what was chosen, how each duty stands, and each file with its checksum."""

import hashlib
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
from oppdragsbrev.rules import LYSNAMN, Lys


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


@dataclass(frozen=True)
class Vedlegg:
    """A file of the folder: its name, what it is in a few words, and its bytes."""

    namn: str
    kva: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Its checksum."""
        return hashlib.sha256(self.data).hexdigest()


#: So many units have a column each; more are counted by light, and stand one by one in the list.
FEW_UNITS = 3
LIGHTS = (Lys.OK, Lys.OBS, Lys.BAD, Lys.NONE)


def index(front: Framside, stands: Sequence[Stand], files: Sequence[Vedlegg]) -> bytes:
    """The tagged PDF: what was chosen, what each file is, how each duty stands, and the checksums."""
    title = _("Tilsynsmappe")
    places = ", ".join(front.einingar)

    def story(root: Node) -> list[Flowable]:
        return [
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
            Text(root.add("H2"), _("Filene i mappa"), pdf.HEADING),
            _table(
                root, [_("Fil"), _("Innhald"), _("Byte")], [[one.namn, one.kva, len(one.data)] for one in files], (34, 56, 10), 2
            ),
            Text(root.add("H2"), _("Krav og status"), pdf.HEADING),
            *_duties(root, stands),
            Text(root.add("H2"), _("Kontrollsummar"), pdf.HEADING),
            _table(root, [_("Fil"), "SHA-256"], [[one.namn, one.sha256] for one in files], (30, 70), 2),
        ]

    lang = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}[current()]
    paper = pdf.Paper(title, lang, front.kommune, _("Laga %(tid)s", tid=ftime(front.laga)))
    return pdf.build(paper, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))


def _table(root: Node, head: Sequence[str], rows: Sequence[Sequence[object]], shares: Sequence[float], words: int) -> Flowable:
    widths = [WIDTH * share / sum(shares) for share in shares]
    return pdf.table(root.add("Table"), head, rows, widths, words=words)


def _duties(root: Node, stands: Sequence[Stand]) -> list[Flowable]:
    """Each duty on a line: a column for each of a few units, else how many units have each light."""
    units = {one.eining.id: one.eining.namn for one in stands}
    by_duty: dict[str, list[Stand]] = {}
    for one in stands:
        by_duty.setdefault(one.krav.kode, []).append(one)
    few = len(units) <= FEW_UNITS
    rows: list[list[object]] = []
    for held in by_duty.values():
        krav = held[0].krav
        law = krav.heimel if krav.stadfesta else f"{krav.heimel} *"
        lights = [one.lys for one in held]
        cells = [_standing(one) for one in held] if few else [lights.count(lys) for lys in LIGHTS]
        rows.append([law, krav.tekst(current())[0], *cells])
    names = list(units.values()) if few else [str(LYSNAMN[lys]) for lys in LIGHTS]
    shares = (24, 46, *([14] * len(names) if few else [10] * len(names)))
    made: list[Flowable] = [_table(root, [_("Heimel"), _("Krav"), *names], rows, shares, len(names) + 2 if few else 2)]
    said = _("* Ikkje stadfesta mot lovdata.no.") if any(not one.krav.stadfesta for one in stands) else ""
    each = _("Kvar eining for seg står i 01-krav.csv.")
    if not few:
        said = f"{said} {each}".strip()
    return [*made, Text(root.add("P"), said, pdf.BODY)] if said else made


def _standing(stand: Stand) -> str:
    """The light in words, and the unit's own judgement where there is one."""
    said = str(LYSNAMN[stand.lys])
    if stand.vurdering is None:
        return said
    own = STATUSNAMN[Status(stand.vurdering.status)]
    judged = _("Eiga vurdering: %(status)s.", status=own)
    return f"{said}. {judged}"


def _names(front: Framside) -> str:
    if front.med_namn:
        return _("Namna på tilsette er med. Handsam mappa deretter.")
    return _("Namn er tekne ut og erstatta med [sladda] eller rolla.")
