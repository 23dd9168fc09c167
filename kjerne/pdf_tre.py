"""The structure of a tagged PDF: pieces that know where they were drawn, the marks on the page, and the tree made of them.

ReportLab draws and knows no tags. Each piece writes a marked-content number into the page while it is drawn, and pikepdf
then builds the structure from the same pieces: headings, paragraphs, tables with header cells, figures with a text instead.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String


@dataclass
class Node:
    """A piece of the structure: its kind (H1, P, Table …), what is inside it, and where it was drawn (page, number).

    `links` are the places on the page that can be followed: (page, number among the page's annotations).
    """

    kind: str
    alt: str = ""
    inside: list["Node"] = field(default_factory=list)
    drawn: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    element: Any = None

    def add(self, kind: str, alt: str = "") -> "Node":
        """A piece inside this one, after those that are there."""
        node = Node(kind, alt)
        self.inside.append(node)
        return node


def begin(canvas: Any, node: Node | None) -> None:
    """Open a marked part of the page: a piece, numbered, or decoration when there is none."""
    if node is None:
        canvas._code.append("/Artifact BMC")  # noqa: SLF001 - ReportLab has no other way to write a mark
        return
    page = canvas.getPageNumber() - 1
    taken = canvas.__dict__.setdefault("_marks_taken", {})
    number = taken.get(page, 0)
    taken[page] = number + 1
    node.drawn.append((page, number))
    canvas._code.append(f"/{node.kind} <</MCID {number}>> BDC")  # noqa: SLF001 - as above


def end(canvas: Any) -> None:
    """Close it."""
    canvas._code.append("EMC")  # noqa: SLF001 - as above


def tag(data: bytes, root: Node, lang: str) -> bytes:
    """Build the structure tree from the pieces, and say the document's language and title."""
    target = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        owners: dict[int, dict[int, Any]] = {}
        tree.K = Array([_element(pdf, root, tree, owners)])
        numbers: Any = Array()
        for page, marks in sorted(owners.items()):
            pdf.pages[page].obj.StructParents = page
            pdf.pages[page].obj.Tabs = Name.S
            numbers.extend([page, pdf.make_indirect(Array([marks[number] for number in sorted(marks)]))])
        _tag_links(pdf, root, numbers, first=len(pdf.pages))
        tree.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
        pdf.Root.StructTreeRoot = tree
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.Lang = String(lang)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pdf.save(target)
    return target.getvalue()


def _tag_links(pdf: pikepdf.Pdf, root: Node, numbers: Any, first: int) -> None:
    """Each link belongs to the piece it stands in, as a Link of its own, so that who listens can follow it."""
    todo = [root]
    while todo:
        node = todo.pop()
        todo += node.inside
        for page, place in node.links:
            note = pdf.pages[page].obj.Annots[place]
            link = Dictionary(Type=Name.StructElem, S=Name.Link, P=node.element)
            link.K = Array([Dictionary(Type=Name.OBJR, Obj=note, Pg=pdf.pages[page].obj)])
            note.StructParent, note.Contents = first, note.A.URI
            link = pdf.make_indirect(link)
            node.element.K.append(link)
            numbers.extend([first, link])
            first += 1


def _element(pdf: pikepdf.Pdf, node: Node, parent: Any, owners: dict[int, dict[int, Any]]) -> Any:
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{node.kind}"), P=parent))
    if node.kind == "TH":
        element.A = Dictionary(O=Name.Table, Scope=Name(f"/{node.alt}"))
    elif node.alt:
        element.Alt = String(node.alt)
    kids = Array([_element(pdf, child, element, owners) for child in node.inside])
    for page, number in node.drawn:
        kids.append(Dictionary(Type=Name.MCR, Pg=pdf.pages[page].obj, MCID=number))
        owners.setdefault(page, {})[number] = element
    element.K = kids
    node.element = element
    return element
