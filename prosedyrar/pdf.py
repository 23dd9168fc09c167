"""A version on paper: its text with headings, lists, tables and images tagged, and what makes a printed copy traceable."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it.token import Token
from PIL import Image as Picture
from PIL import UnidentifiedImageError
from reportlab.platypus import Flowable, Spacer

from kjerne import files, pdf
from kjerne.i18n import current, fdate, ftime
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.models import Eining
from kjerne.pdf import WIDTH, Node, Text, style
from kjerne.pdf_rikt import Bit, Rich
from kjerne.work import Work
from prosedyrar import rules, tekst
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries import dokument
from prosedyrar.rules import Dokumenttype, Tilstand

#: A paragraph longer than this is set as several: a piece never breaks over two pages.
PIECE = 1200
CELL_MOST = 600
TALLEST = 400.0
LOOKS = {
    2: style(13, fontName=pdf.BOLD, spaceBefore=14, spaceAfter=6, keepWithNext=1),
    3: style(11, fontName=pdf.BOLD, spaceBefore=9, spaceAfter=3, keepWithNext=1),
}
LOWER = style(9.5, fontName=pdf.BOLD, spaceBefore=7, spaceAfter=2, keepWithNext=1)
BODY = style(9.5, spaceAfter=5)
WARNING = style(10.5, fontName=pdf.BOLD, spaceBefore=4, spaceAfter=6)


class Bilete(Flowable):
    """An image of the text, with its words for those who cannot see it."""

    def __init__(self, node: Node, path: Path, size: tuple[int, int]) -> None:
        super().__init__()
        shrink = min(1.0, WIDTH / (size[0] * 0.75), TALLEST / (size[1] * 0.75))
        self.node, self.path = node, path
        self.width, self.height = size[0] * 0.75 * shrink, size[1] * 0.75 * shrink

    def draw(self) -> None:
        """Draw it between its marks."""
        pdf.begin(self.canv, self.node)
        self.canv.drawImage(str(self.path), 0, 0, self.width, self.height, mask="auto")
        pdf.end(self.canv)


@dataclass
class Settar:
    """Walks the text's pieces and sets them one after the other."""

    root: Node
    images: dict[str, Path]
    base_url: str
    out: list[Flowable] = field(default_factory=list)
    lists: list[tuple[Node, int | None]] = field(default_factory=list)
    item: str | None = None
    rows: list[list[Rich]] = field(default_factory=list)

    def take(self, pieces: Sequence[Token]) -> list[Flowable]:
        """All pieces in order."""
        for place, token in enumerate(pieces):
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    parent = self.lists[-1][0] if self.lists else self.root
                    first = int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None
                    self.lists.append((parent.add("L"), first))
                case "bullet_list_close" | "ordered_list_close":
                    self.lists.pop()
                case "list_item_open":
                    self._item()
                case "tr_open":
                    self.rows.append([])
                case "table_close":
                    self._table()
                case "inline":
                    self._inline(pieces[place - 1], token)
                case "fence" | "code_block":
                    self._code(token.content)
                case "hr":
                    self.out.append(Spacer(1, 6))
        return self.out

    def _item(self) -> None:
        node, count = self.lists[-1]
        self.item = "•" if count is None else f"{count}."
        if count is not None:
            self.lists[-1] = (node, count + 1)

    def _say(self, parent: Node, kind: str, words: Rich, look: Any) -> None:
        for part in words.portions(PIECE):
            self.out.append(Text(parent.add(kind), part, look))

    def _code(self, said: str) -> None:
        """Lines that stand as they were written."""
        bits = [bit for line in said.rstrip().split("\n") for bit in (Bit(line, code=True), Bit(" ", breaks=True))]
        self._say(self.root, "P", Rich(tuple(bits[:-1])), BODY)

    def _inline(self, opened: Token, token: Token) -> None:
        words = tekst.inline_rich(token, self.base_url)
        if opened.type in {"th_open", "td_open"}:
            self.rows[-1].append(words)
            return
        if opened.type == "heading_open":
            level = int(opened.tag[1])
            self.out.append(Text(self.root.add(f"H{level}"), words, LOOKS.get(level, LOWER)))
        elif self.lists:
            depth = len(self.lists)
            look = style(9.5, leftIndent=16.0 * depth, firstLineIndent=-12.0, spaceAfter=3)
            sign, self.item = self.item, None
            body = self.lists[-1][0].add("LI")
            is_task = words.text[:1] in tekst.BOXES.values()
            self._say(body, "LBody", Rich((Bit(f"{sign} "), *words.bits)) if sign and not is_task else words, look)
        else:
            self._say(self.root, "P", words, BODY)
        self._images(token)

    def _images(self, token: Token) -> None:
        for child in token.children or []:
            path = self.images.get(str(child.attrGet("src"))) if child.type == "image" else None
            if path is None:
                continue
            try:
                with Picture.open(path) as picture:
                    size = picture.size
            except (OSError, UnidentifiedImageError):
                continue
            self.out += [Bilete(self.root.add("Figure", tekst.inline_text(child) or _("Bilete")), path, size), Spacer(1, 6)]

    def _table(self) -> None:
        rows, self.rows = self.rows, []
        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        filled = [[*row, *[Rich(())] * (width - len(row))] for row in rows]
        if any(len(cell.text) > CELL_MOST for row in filled for cell in row):
            for row in filled[1:]:
                told = [cell.bits for cell in row if cell.text]
                bits = [bit for cell in told for bit in (*cell, Bit(" · "))]
                self._say(self.root, "P", Rich(tuple(bits[:-1])), BODY)
            return
        self.out += [
            pdf.table(self.root.add("Table"), filled[0], filled[1:], [WIDTH / width] * width, words=width),
            Spacer(1, 8),
        ]


def _images(work: Work, versjon: ProsedyreVersjon) -> dict[str, Path]:
    """Address in the text → the file, of the version's own images."""
    found = {}
    for row in dokument.attachments(work.db, versjon.id):
        path = files.path_of(work.config.data_dir, row.sha256)
        if row.mime.startswith("image/") and path.is_file():
            found[f"/prosedyrar/vedlegg/{row.offentleg_id}"] = path
    return found


def _state(versjon: ProsedyreVersjon, *, overdue: bool) -> str:
    """What a reader must know before she trusts the paper; empty for a valid version within its deadline."""
    if versjon.tilstand == Tilstand.GYLDIG:
        return _("Gyldig, men passert revisjonsfristen.") if overdue else ""
    if versjon.tilstand == Tilstand.UTGAATT:
        return _("Utgått %(dato)s. Denne versjonen gjeld ikkje lenger.", dato=fdate(versjon.gyldig_til))
    return _("Ikkje godkjend. Denne versjonen gjeld ikkje.")


def _facts(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon) -> list[list[str]]:
    unit = work.db.get_one(Eining, prosedyre.eining_id)
    names = dokument.names(work.db, [prosedyre.eigar_id, versjon.godkjennar_id, versjon.forfattar_id])
    rows = [
        [_("Versjon"), versjon.nummer],
        [_("Gyldig frå"), fdate(versjon.gyldig_fra)],
        [_("Godkjend av"), names.get(versjon.godkjennar_id or 0, "–")],
        [_("Dokumentansvarleg"), names.get(prosedyre.eigar_id, "–")],
        [_("Gjeld for"), unit.namn],
        [_("Skal reviderast innan"), fdate(prosedyre.revisjonsfrist)],
    ]
    return [*rows, [_("Heimel"), prosedyre.heimel]] if prosedyre.heimel else rows


def paper(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon) -> bytes:
    """The PDF in the language in force; the reader has been let in to the version already."""
    ours = settings(work.db)["kommune"]
    kind = rules.TYPENAMN[Dokumenttype(prosedyre.dokumenttype)]
    address = f"{work.config.base_url}/prosedyrar/{prosedyre.id}"
    images = _images(work, versjon)
    overdue = rules.is_overdue(prosedyre.revisjonsfrist, work.today)
    uncontrolled = _(
        "Papirkopi, ikkje under kontroll. Skriven ut %(tid)s. Sjå gjeldande versjon: %(adresse)s",
        tid=ftime(work.now),
        adresse=address,
    )

    def story(root: Node) -> list[Flowable]:
        said: list[Flowable] = [
            pdf.Band(
                [
                    Text(root.add("P"), f"{ours} · {kind}", pdf.KICKER),
                    Text(root.add("H1"), prosedyre.tittel, pdf.TITLE),
                    Text(root.add("P"), _("Versjon %(nr)s", nr=versjon.nummer), pdf.KICKER),
                ]
            ),
            Spacer(1, 10),
        ]
        state = _state(versjon, overdue=overdue)
        if state:
            said.append(Text(root.add("P"), state, WARNING))
        said.append(
            pdf.table(root.add("Table"), [_("Om dokumentet"), ""], _facts(work, prosedyre, versjon), [150, WIDTH - 150], words=2)
        )
        said.append(Spacer(1, 8))
        if prosedyre.ekstern_lenkje:
            said.append(Text(root.add("P"), _("Dokumentet ligg her: %(lenkje)s", lenkje=prosedyre.ekstern_lenkje), BODY))
        said += Settar(root, images, work.config.base_url).take(tekst.tokens(versjon.tekst))
        said += [Spacer(1, 12), Text(root.add("P"), uncontrolled, pdf.SMALL)]
        return said

    lang = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}[current()]
    foot = _("Papirkopi, ikkje under kontroll · %(tittel)s · v. %(nr)s", tittel=prosedyre.tittel[:70], nr=versjon.nummer)
    what = pdf.Paper(f"{prosedyre.tittel} {versjon.nummer}", lang, ours, foot)
    return pdf.build(what, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))
