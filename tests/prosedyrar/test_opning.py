"""Opening a document: what it costs, and what is kept of how a text looks."""

import pytest
from markupsafe import Markup
from sqlalchemy import event

from kjerne.db import Databases
from kjerne.i18n import language
from prosedyrar import tekst
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.prosedyrar.conftest import MakeProsedyre


def test_a_reader_costs_few_questions_however_much_there_is(
    cast: Cast, databases: Databases, client_for: ClientFor, make_prosedyre: MakeProsedyre
) -> None:
    plain = make_prosedyre()
    kari = client_for(cast.kari)
    seen: list[str] = []
    for engine in (databases.engine, databases._read_engine):
        event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def cost(prosedyre_id: int) -> int:
        kari.get(f"/prosedyrar/{prosedyre_id}")
        seen.clear()
        assert kari.get(f"/prosedyrar/{prosedyre_id}").status_code == 200
        return sum("prosedyre" in said for said in seen)

    bare = cost(plain)
    assert bare == 1, seen
    common = make_prosedyre("Felles", eining=cast.it, av=cast.kval, godkjenn=cast.signe)
    for number in range(3):
        make_prosedyre(f"Tillegg {number}", tillegg_til_id=common)
    with_supplements = cost(common)
    assert with_supplements == bare + 1, seen


def test_an_approved_text_is_drawn_once_and_anew_when_it_reads_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = tekst.html

    def counted(text: str, within: str = "") -> Markup:
        drawn.append(text)
        return draw(text, within)

    monkeypatch.setattr(tekst, "html", counted)
    monkeypatch.setattr(tekst, "_drawn", type(tekst._drawn)())
    with language("nn"):
        first = tekst.approved(1, "Kari gav **to** tablettar.")
        assert tekst.approved(1, "Kari gav **to** tablettar.") is first
        assert drawn == ["Kari gav **to** tablettar."]
        assert "Kari" not in tekst.approved(1, "Gi **to** tablettar.")
    assert not any("Kari" in kept for _digest, kept in tekst._drawn.values()), "what is taken away is not kept either"
    with language("en"):
        tekst.approved(1, "Gi **to** tablettar.")
    assert len(drawn) == 3, "the words of a table differ between languages"


def test_a_draft_and_a_preview_are_not_kept(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tekst, "_drawn", type(tekst._drawn)())
    draft = make_prosedyre(tekst="## Hemmeleg\n\nUferdig.\n", til="kladd")
    assert "Uferdig" in client_for(cast.leif).get(f"/prosedyrar/{draft}").get_data(as_text=True)
    assert not tekst._drawn
    valid = make_prosedyre("Gyldig", tekst="## Klar\n\nFerdig.\n")
    assert "Ferdig" in client_for(cast.kari).get(f"/prosedyrar/{valid}").get_data(as_text=True)
    assert len(tekst._drawn) == 1
