"""On paper and on the wall: a tagged PDF that says it is not controlled, whatever the text holds, and a label."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
from pypdf import PdfReader
from sqlalchemy import select

from kjerne import filinnhald
from kjerne.db import Databases
from kjerne.models import Fil
from prosedyrar import actions, queries
from prosedyrar.actions.vedlegg import attach
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tests.prosedyrar.conftest import MakeProsedyre

Revise = Callable[..., str]


def words(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split())


def test_the_paper_says_what_it_is(cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, revise: Revise) -> None:
    number = make_prosedyre("Handhygiene")
    kari = client_for(cast.kari)
    answer = kari.get(f"/prosedyrar/{number}/versjon/1.0/pdf")
    assert answer.mimetype == "application/pdf"
    said = words(answer.get_data())
    for part in (
        "Handhygiene",
        "Versjon 1.0",
        "Kval Kvalitet",
        "22. november 2026",
        "Sikre rett dosering.",
        "ikkje under kontroll",
    ):
        assert part in said, part
    with pikepdf.open(BytesIO(answer.get_data())) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "nn-NO"
    revise(number, "Ny tekst.")
    old = words(kari.get(f"/prosedyrar/{number}/versjon/1.0/pdf").get_data())
    assert "gjeld ikkje lenger" in old


MARKED = (
    "Tel **tre gonger** og _aldri_ færre; skriv `dosett` rett. "
    "~~Gamalt~~ Sjå [lova](https://lovdata.no/hol) og [vår](/prosedyrar/7).\n\n"
    "- **Feit** i ei liste\n\n| Kva | Kven |\n|---|---|\n| **Tel** | <b>alle</b> |\n\n[felle](javascript:alert)"
)


def test_bold_italics_code_and_links_survive_on_paper(cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre) -> None:
    number = make_prosedyre(tekst=MARKED)
    data = client_for(cast.kari).get(f"/prosedyrar/{number}/versjon/1.0/pdf").get_data()
    said = words(data)
    for part in ("Tel tre gonger og aldri færre; skriv dosett rett.", "• Feit i ei liste", "<b>alle</b>"):
        assert part in said, said
    looks: dict[str, str] = {}

    def note(text: str, _cm: object, _tm: object, font: dict[str, object] | None, _size: float) -> None:
        for word in ("tre gonger", "aldri", "Feit", "færre"):
            if word in text and font:
                looks[word] = str(font["/BaseFont"]).partition("+")[2]

    PdfReader(BytesIO(data)).pages[0].extract_text(visitor_text=note)
    bold, plain = "DejaVuSans-Bold", "DejaVuSans"
    assert looks == {"tre gonger": bold, "aldri": "DejaVuSans-Oblique", "Feit": bold, "færre": plain}
    with pikepdf.open(BytesIO(data)) as pdf:
        links = list(pdf.pages[0].obj.Annots)
        addresses = [str(note.A.URI) for note in links]
        assert addresses[0] == "https://lovdata.no/hol"
        assert addresses[1].endswith("/prosedyrar/7")
        assert addresses[1].startswith("http")
        assert len(addresses) == 2, "what is no safe link stands as text"
        owners = dict(zip(*[iter(pdf.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
        assert all(owners[note.StructParent].S == "/Link" for note in links), "who listens can follow them"


ODD = [
    "**" * 400 + "[" * 300 + "x](" * 100 + "&lt;<i></b>",
    "**" + "ord " * 4_000 + "** [lang](https://x.no/" + "a" * 400 + '?q="&)',
    "ord " * 9_000,
    "x" * 9_000,
    "\n".join("  " * depth + "- punkt" for depth in range(30)),
    "| a | b |\n|---|---|\n" + "| " + "lang " * 400 + "| x |\n" * 3,
    "|" * 200 + "\n" + "|-" * 100 + "|\n" + "|a" * 100 + "|",
    "<b>&amp;</b> \u202e ☑ 😀 ```\n<script>\n```",
    "![x](/prosedyrar/vedlegg/00000000-0000-4000-8000-000000000001)",
    "# " + "overskrift " * 200,
]


def test_any_text_comes_on_paper(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor
) -> None:
    number = make_prosedyre(til="kladd")
    leif = client_for(cast.leif)
    for text in ODD:
        with databases.writing() as db:
            work = work_for(db, cast.leif)
            draft = queries.open_version(work, number)
            assert draft is not None
            actions.save_draft(work, draft.id, tekst=text)
            db.commit()
        answer = leif.get(f"/prosedyrar/{number}/versjon/1.0/pdf")
        assert answer.status_code == 200, text[:40]
        assert answer.get_data().startswith(b"%PDF")


def test_an_image_of_the_text_is_on_the_paper(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor, small_png: bytes
) -> None:
    number = make_prosedyre(til="kladd")
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        draft = queries.open_version(work, number)
        assert draft is not None
        attach(work, draft, filinnhald.inspect(small_png, "kurve.png"))
        image = db.scalar(select(Fil.offentleg_id))
        actions.save_draft(work, draft.id, tekst=f"Sjå ![kurva](/prosedyrar/vedlegg/{image})")
        db.commit()
    data = client_for(cast.leif).get(f"/prosedyrar/{number}/versjon/1.0/pdf").get_data()
    assert len(PdfReader(BytesIO(data)).pages[0].images) == 1
    assert "gjeld ikkje" in words(data), "a draft says so on paper"


def test_the_label_opens_the_document(cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre) -> None:
    number = make_prosedyre("Handhygiene")
    page = client_for(cast.kari).get(f"/prosedyrar/{number}/etikett").text
    assert "<svg" in page
    assert f"/prosedyrar/{number}" in page


def test_a_file_name_with_a_number_is_stopped(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre, databases: Databases, small_png: bytes
) -> None:
    number = make_prosedyre(til="kladd")
    leif = client_for(cast.leif)

    def send(name: str, data: bytes = small_png) -> int:
        form = {"csrf_token": csrf(leif), "filer": (BytesIO(data), name)}
        return leif.post(f"/prosedyrar/{number}/vedlegg", data=form, content_type="multipart/form-data").status_code

    assert send("15076500565.png") == 422
    assert send("virus.exe", b"MZ\x90\x00") == 422
    assert send("kurve.png") == 303
    with databases.reading() as db:
        assert db.scalars(select(Fil.namn)).all() == ["kurve.png"]
