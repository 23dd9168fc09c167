"""The settings' pages: order, who gets in, what they cost, the checklist, the municipality's own look."""

import io
import re
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, select

from administrasjon.models import Katalogendring
from administrasjon.rules import farge
from kjerne import katalog, pdf
from kjerne.db import Databases
from kjerne.innstilling import settings
from kjerne.katalog import Arsak
from kjerne.models import Loggline, Tilgang
from tests.administrasjon.skjema import row_id
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import Csrf, WorkFor

ClientFor = Callable[..., FlaskClient]


def test_order_is_moved_one_place_and_an_old_page_is_told(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    kval = client_for(cast.kval)

    def codes() -> list[str]:
        with databases.reading() as db:
            return list(db.scalars(select(Arsak.kode).order_by(Arsak.rekkje)))

    before = codes()
    page = kval.get("/innstillingar/arsak/").get_data(as_text=True)
    version = re.search(r'name="versjon" value="([^"]+)"', page)[1]
    path = f"/innstillingar/arsak/{row_id(databases, 'arsak', before[1])}/flytt"
    data = {"veg": "opp", "versjon": version, "csrf_token": csrf(kval)}
    assert kval.post(path, data=data).status_code == 303
    assert codes() == [before[1], before[0], *before[2:]]
    assert kval.post(path, data=data).status_code == 409, "an old page"
    version = re.search(r'name="versjon" value="([^"]+)"', kval.get("/innstillingar/arsak/").get_data(as_text=True))[1]
    assert kval.post(path, data={**data, "versjon": version}).status_code == 404, "it is first"


def test_everybody_else_gets_404(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    here = f"/innstillingar/arsak/{row_id(databases, 'arsak', 'opplaering')}"
    pages = ["/innstillingar/kommunen", "/innstillingar/arsak/", "/innstillingar/arsak/ny", here, "/innstillingar/arsak/historie"]
    posts = [
        "/innstillingar/arsak/ny",
        here,
        f"{here}/avslutt",
        f"{here}/dropp",
        f"{here}/flytt",
        "/innstillingar/farge",
        "/innstillingar/grenser",
        "/innstillingar/logo",
    ]
    for name, person in cast.people.items():
        browser = client_for(person)
        allowed = name in {"adam", "kval"}
        for path in pages:
            assert browser.get(path).status_code == (200 if allowed else 404), f"{name} {path}"
        if not allowed:
            token = csrf(browser)
            for path in posts:
                assert browser.post(path, data={"csrf_token": token}).status_code == 404, f"{name} {path}"


def test_what_does_not_exist_is_404(cast: Cast, client_for: ClientFor) -> None:
    kval = client_for(cast.kval)
    for path in ("person/", "person/1", "tilgangsgruppe/", "arsak/999999", "frist/ny", "alvorsgrad/ny", "person/historie"):
        assert kval.get(f"/innstillingar/{path}").status_code == 404, path


def test_the_list_costs_the_same_however_many_rows(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    kval = client_for(cast.kval)

    def queries(path: str) -> int:
        seen: list[str] = []
        with databases.reading() as db:
            engine = db.get_bind()

        def note(*args: object) -> None:
            seen.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert kval.get(path).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    for table in ("kopi", "meldeplikt_kopling", "arsak"):
        queries(f"/innstillingar/{table}/")  # what the process keeps is read once
        few = queries(f"/innstillingar/{table}/")
        with databases.writing() as db:
            model: Any = katalog.TABLES[table]
            first = db.scalars(select(model)).first()
            kept = {column.key: getattr(first, column.key) for column in model.__table__.columns if column.key != "id"}
            for n in range(20):
                db.add(model(**{**kept, **({"kode": f"ny_{n}"} if "kode" in kept else {})}))
            db.commit()
        queries(f"/innstillingar/{table}/")  # and once more when it has changed
        assert queries(f"/innstillingar/{table}/") == few, table


def test_the_checklist_follows_what_is_there(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, work_for: WorkFor
) -> None:
    adam = client_for(cast.adam)

    def waiting() -> list[str]:
        page = adam.get("/innstillingar/").get_data(as_text=True)
        return re.findall(r'<li class="is-missing">.*?<a class="link" href="([^"]+)"', page, re.DOTALL)

    todo = ["/innstillingar/kommunen", "/innstillingar/kommunen#varselkanal", "/innstillingar/meldeordning", "/avvik/nytt"]
    assert waiting() == todo
    data = {"kommune": "Prøvekommunen", "sprak": "nn", "varselkanal": "Ring 55 00 00 00.", "csrf_token": csrf(adam)}
    assert adam.post("/innstillingar/", data=data).status_code == 303
    assert waiting() == todo[1:], "one of the two channels is still missing"
    assert adam.post("/innstillingar/", data={**data, "klagekanal": "Skriv til postmottaket."}).status_code == 303
    scheme = {"meldeordning": "alvorleg_hending_a", "stadfest": "y", "csrf_token": csrf(adam)}
    assert adam.post("/innstillingar/meldeordning", data=scheme).status_code == 303
    with databases.writing() as db:
        report(work_for(db, cast.kari), cast.it01)
        db.commit()
    assert waiting() == []
    with databases.writing() as db:
        for row in db.scalars(select(Tilgang).where(Tilgang.rolle == "kvalitetskoordinator")):
            db.delete(row)
        db.commit()
    assert waiting() == ["/personar/"]
    assert "Manglar: kvalitetskoordinator" in adam.get("/innstillingar/").get_data(as_text=True)


def test_the_pages_speak_bokmal_and_english(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    kval = client_for(cast.kval)
    here = f"/innstillingar/hovudtype/{row_id(databases, 'hovudtype', 'hms')}"
    said = {"nb": ("Hovedtyper", "Kort navn på flisen", "HMS (ansatt)"), "en": ("Main types", "Short name on the tile", "employee")}
    for sprak, words in said.items():
        kval.post("/sprak", data={"sprak": sprak, "csrf_token": csrf(kval)})
        page = kval.get(here).get_data(as_text=True)
        assert all(word in page for word in words), sprak


def test_a_setting_changed_meanwhile_is_not_overwritten(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    kval, adam = client_for(cast.kval), client_for(cast.adam)
    sent = {"kommune": "Prøvekommunen", "sprak": "nn", "csrf_token": csrf(kval, "/innstillingar/kommunen")}
    page = kval.get("/innstillingar/kommunen").get_data(as_text=True)
    versjon = re.search(r'name="versjon"[^>]*value="([^"]+)"', page)[1]
    theirs = {**sent, "klagekanal": "Den eine teksten", "csrf_token": csrf(adam)}
    assert adam.post("/innstillingar/", data=theirs).status_code == 303
    answer = kval.post("/innstillingar/", data={**sent, "klagekanal": "Den andre teksten", "versjon": versjon})
    assert answer.status_code == 409
    assert "Den eine teksten" in answer.get_data(as_text=True)
    assert "Den andre teksten" in answer.get_data(as_text=True)
    diff = kval.get("/innstillingar/kommunen/historie").get_data(as_text=True)
    assert "Adam Administrator" in diff
    assert "Den eine teksten" in diff
    assert kval.post("/innstillingar/", data={**sent, "klagekanal": "Ring 01019012480"}).status_code == 422
    with databases.reading() as db:
        line = db.scalars(select(Loggline).where(Loggline.hending == "innstilling:endra")).one()
        assert "teksten" not in str(line.endring)


def test_a_colour_nobody_can_read_is_refused_kindly_with_one_that_can(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    kval = client_for(cast.kval)
    assert "utsjanad.css" not in kval.get("/").get_data(as_text=True)
    assert kval.get("/utsjanad.css").get_data(as_text=True) == ""
    for wrong in ("#7fb069", "gul", "#12345", "red;}body{", "#0f4a53;"):
        assert kval.post("/innstillingar/farge", data={"farge": wrong, "csrf_token": csrf(kval)}).status_code == 422, wrong
    page = kval.post("/innstillingar/farge", data={"farge": "#7fb069", "csrf_token": csrf(kval)}).get_data(as_text=True)
    tip = re.search(r"(#[0-9a-f]{6}) er same farge", page)[1]
    assert farge.is_readable(tip)
    assert kval.post("/innstillingar/farge", data={"farge": tip.upper(), "csrf_token": csrf(kval)}).status_code == 303
    assert f"/utsjanad.css?v={tip[1:]}" in kval.get("/").get_data(as_text=True)
    sheet = kval.get(f"/utsjanad.css?v={tip[1:]}")
    assert sheet.mimetype == "text/css"
    assert f"--brand:{tip}" in sheet.get_data(as_text=True)
    assert "immutable" in sheet.headers["Cache-Control"]
    again = kval.get("/utsjanad.css", headers={"If-None-Match": sheet.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "no-cache")
    assert kval.post("/innstillingar/farge", data={"standard": "1", "farge": tip, "csrf_token": csrf(kval)}).status_code == 303
    with databases.reading() as db:
        assert settings(db)["farge"] == ""
        assert len(db.scalars(select(Katalogendring)).all()) == 2


@pytest.mark.parametrize("colour", ["#0f4a53", "#5b2a86", "#000000", "#7a1f1f", "#1257c9"])
def test_dark_pages_get_a_tone_that_can_be_read(colour: str) -> None:
    dark = farge.stylesheet(colour).split("prefers-color-scheme:dark")[1]
    tone = re.search(r"--brand:(#[0-9a-f]{6})", dark)[1]
    assert farge.contrast(tone, "#152225") >= 4.5
    assert farge.contrast("#000000", tone) >= 4.5, "the text on a button"
    assert farge.contrast("#ffffff", re.search(r"--hero:(#[0-9a-f]{6})", dark)[1]) >= 4.5


def test_black_on_white_is_21_to_1() -> None:
    assert farge.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert farge.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_logo_is_drawn_anew_and_stands_on_pages_and_paper(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    kval = client_for(cast.kval)
    assert kval.get("/utsjanad/logo").status_code == 404
    out = io.BytesIO()
    Image.new("RGB", (2000, 900), "#145a32").save(out, "PNG", pnginfo=None)
    hidden = out.getvalue() + b"<script>hidden"

    def send(data: bytes, name: str) -> int:
        sent = {"logo": (io.BytesIO(data), name), "csrf_token": csrf(kval)}
        return kval.post("/innstillingar/logo", data=sent).status_code

    for bad in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.4 x", b"\x89PNG\r\n\x1a\nbroken"):
        assert send(bad, "logo.png") == 422
    assert send(hidden, "../../logo.svg") == 303
    image = kval.get("/utsjanad/logo")
    assert image.mimetype == "image/png"
    assert b"<script>" not in image.data
    assert Image.open(io.BytesIO(image.data)).size == (444, 200)
    page = kval.get("/innstillingar/kommunen").get_data(as_text=True)
    assert page.count("/utsjanad/logo?v=") == 3, "top bar, rail and the form"

    def story(root: pdf.Node) -> list[Any]:
        return [pdf.Band([pdf.Text(root.add("H1"), "Tittel", pdf.TITLE)], ground="#145a32", mark=image.data)]

    made = pdf.build(pdf.Paper("Tittel", "nn-NO", "Kommunen", ""), story, lambda at, total: f"{at}/{total}")
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages[0].images) == 1
    assert kval.post("/innstillingar/logo", data={"fjern": "1", "csrf_token": csrf(kval)}).status_code == 303
    assert "/utsjanad/logo" not in kval.get("/").get_data(as_text=True)


def test_days_and_limits_are_the_municipalitys(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    kval = client_for(cast.kval)
    assert 'name="slutta_dagar" type="text" value="180"' in kval.get("/innstillingar/kommunen").text
    good = {"slutta_dagar": "365", "effekt_dagar": "60", "gruppegrense": "5", "csrf_token": csrf(kval)}
    for wrong in ({"slutta_dagar": "3"}, {"gruppegrense": "2"}, {"effekt_dagar": "snart"}):
        answer = kval.post("/innstillingar/grenser", data={**good, **wrong})
        assert answer.status_code == 422
        assert "Skriv eit heiltal frå" in answer.text
        assert f'value="{next(iter(wrong.values()))}"' in answer.text, "what was typed stays"
    with databases.reading() as db:
        assert settings(db)["slutta_dagar"] == "180"
    assert kval.post("/innstillingar/grenser", data=good).status_code == 303
    with databases.reading() as db:
        ours = settings(db)
        assert (ours["slutta_dagar"], ours["effekt_dagar"], ours["gruppegrense"]) == ("365", "60", "5")
        said = db.scalars(select(Katalogendring).order_by(Katalogendring.id.desc())).first()
        assert said is not None
        assert said.felt["slutta_dagar"] == ["180", "365"]
    assert "Dagar før ein som har slutta" in kval.get("/innstillingar/kommunen/historie").text
