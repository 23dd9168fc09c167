"""The paper of a redacted extract. All words are handed in, so that it can be drawn after the request's transaction has ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable, KeepTogether, Spacer

from kjerne import pdf
from kjerne.pdf import Node, Text

#: A piece of text is drawn whole on a page: longer ones are cut at a space.
LONGEST = 1500


@dataclass(frozen=True)
class PapirSak:
    """A case on the paper: number, a line of facts, and (heading, text) with what must not be seen already gone."""

    nr: str
    fakta: str
    tekstar: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Papir:
    """The extract in words."""

    tittel: str
    kommune: str
    lang: str
    henta: str
    side: str
    innleiing: Sequence[str]
    tabellar: Sequence[tuple[str, tuple[str, str], Sequence[tuple[str, str]]]]
    saker: Sequence[PapirSak]


def pieces(text: str) -> Iterator[str]:
    """The lines of a text, long ones in pieces."""
    for line in text.splitlines():
        rest = line.strip()
        while len(rest) > LONGEST:
            at = rest.rfind(" ", 1, LONGEST)
            at = LONGEST if at < 1 else at
            yield rest[:at]
            rest = rest[at:].strip()
        if rest:
            yield rest


def paper(said: Papir) -> bytes:
    """The tagged PDF."""

    def story(root: Node) -> list[Flowable]:
        band = [Text(root.add("P"), said.kommune, pdf.KICKER), Text(root.add("H1"), said.tittel, pdf.TITLE)]
        found: list[Flowable] = [pdf.Band(band), Spacer(1, 10)]
        found += [Text(root.add("P"), line, pdf.LEAD) for line in said.innleiing]
        for heading, head, rows in said.tabellar:
            title = Text(root.add("H2"), heading, pdf.HEADING)
            found.append(KeepTogether([title, pdf.table(root.add("Table"), head, rows, [320, 90])]))
        for case in said.saker:
            found += _case(root, case)
        return found

    what = pdf.Paper(said.tittel, said.lang, said.kommune, said.henta)
    return pdf.build(what, story, lambda page, total: said.side % {"side": page, "alle": total})


def _case(root: Node, case: PapirSak) -> list[Flowable]:
    head: list[Flowable] = [Text(root.add("H2"), case.nr, pdf.HEADING), Text(root.add("P"), case.fakta, pdf.SMALL)]
    body: list[Flowable] = []
    for label, text in case.tekstar:
        body += [Spacer(1, 5), Text(root.add("H3"), label, pdf.HEAD)]
        body += [Text(root.add("P"), piece, pdf.BODY) for piece in pieces(text)]
    return [KeepTogether([*head, *body[:3]]), *body[3:]]
