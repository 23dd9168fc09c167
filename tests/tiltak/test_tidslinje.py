"""The timeline: where bars stand, what is late, who sees which bar, what waits for what, and 500 bars under 100 kB."""

import io
import re
from datetime import date, timedelta

import pypdf
import pytest
from sqlalchemy import event, insert

from kjerne.db import Databases
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.models import Tiltak
from tiltak.rang import order_key
from tiltak.tidslinje import ROW, Spenn, Zoom, arrows, place, window

TODAY = date(2026, 11, 22)


def test_windows_begin_on_a_month_and_move_by_steps() -> None:
    for zoom, first, last in (
        (Zoom.MANAD, date(2026, 10, 1), date(2026, 12, 31)),
        (Zoom.KVARTAL, date(2026, 8, 1), date(2027, 7, 31)),
        (Zoom.AAR, date(2025, 10, 1), date(2028, 9, 30)),
    ):
        look = window(zoom, TODAY)
        assert (look.fra, look.siste) == (first, last)
        assert window(zoom, TODAY, look.moved(1)).fra > look.fra > window(zoom, TODAY, look.moved(-1)).fra
        assert [x for x, _day in look.ticks()] == sorted(x for x, _day in look.ticks())


def test_a_bar_runs_from_start_to_deadline_and_a_late_one_on_to_today() -> None:
    look = window(Zoom.KVARTAL, TODAY)
    bar = place(Spenn(1, date(2026, 8, 1), date(2026, 10, 31), ferdig=False, sein=True), 2, look, TODAY)
    assert bar is not None
    assert (bar.x, bar.y // ROW) == (0.0, 2)
    assert bar.x + bar.breidde == pytest.approx(look.at(date(2026, 11, 1)), abs=0.05)
    assert bar.hale_x + bar.hale == pytest.approx(look.at(date(2026, 11, 23)), abs=0.05)
    assert place(Spenn(1, date(2020, 1, 1), date(2020, 2, 1), ferdig=True, sein=False), 0, look, TODAY) is None
    wrong_way = place(Spenn(1, date(2027, 1, 1), date(2026, 12, 1), ferdig=False, sein=False), 0, look, TODAY)
    assert wrong_way is not None
    assert wrong_way.breidde > 0


def test_a_line_runs_from_the_end_of_one_to_the_start_of_the_next() -> None:
    look = window(Zoom.KVARTAL, TODAY)
    one = place(Spenn(1, date(2026, 9, 1), date(2026, 10, 1), ferdig=False, sein=False), 0, look, TODAY)
    two = place(Spenn(2, date(2026, 11, 1), date(2026, 12, 1), ferdig=False, sein=False), 1, look, TODAY)
    assert one is not None
    assert two is not None
    path = arrows([(2, 1), (9, 1)], [one, two])
    assert path.startswith(f"M{round((one.x + one.breidde) * 10)} {one.y + 9}")
    assert path.count("M") == 1


def drawn(client_for: ClientFor, person: object, query: str = "") -> str:
    answer = client_for(person).get(f"/tiltak/tidslinje{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_same_measures_as_in_the_list_for_each_of_the_cast(make_tiltak: MakeTiltak, client_for: ClientFor, cast: Cast) -> None:
    make_tiltak("Kanari open")
    make_tiltak("Kanari skjerma", skjerma=True, opphav=("avvik", 7, "2026-777", True))
    make_tiltak("Kanari nabo", eining_id=cast.it02.id, av=cast.nils, ansvarleg=cast.nina)
    for name, person in cast.people.items():
        for query in ("", "?etter=kjelde&vis=alle"):
            page = drawn(client_for, person, query)
            listed = client_for(person).get(f"/tiltak/{query}").get_data(as_text=True)
            for title in ("Kanari open", "Kanari skjerma", "Kanari nabo"):
                assert (title in page) == (title in listed), (name, query, title)
            assert "2026-777" not in page
        assert ("Kanari skjerma" in drawn(client_for, person)) == (name in {"leif", "kari"}), name
    assert re.search(r"gantt__g\">Skjerma<", drawn(client_for, cast.kari, "?etter=kjelde"))
    assert "Avvik" in drawn(client_for, cast.leif, "?etter=kjelde")


def test_late_is_said_in_words_and_the_line_to_what_it_waits_for_is_drawn(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock
) -> None:
    first, second = make_tiltak("Først", dagar=1), make_tiltak("Så", dagar=40)
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        actions.add_dependency(leif, queries.get_tiltak(leif, second), queries.get_tiltak(leif, first))
        db.commit()
    clock.forward(days=4)
    page = drawn(client_for, cast.leif)
    assert "3 dagar over" in page
    assert re.search(r'class="gantt__p" d="M\d+ \d+h6', page)
    assert "gantt__d" in page
    paper = pypdf.PdfReader(io.BytesIO(client_for(cast.leif).get("/tiltak/tidslinje.pdf").data))
    said = " ".join("\n".join(sheet.extract_text() for sheet in paper.pages).split())
    assert "3 dagar over" in said
    assert f"Ventar på nr. {first}" in said
    assert client_for(cast.nils).get("/tiltak/tidslinje.pdf").status_code == 200
    assert "gantt__d" not in drawn(client_for, cast.leif, "?fra=2029-01")
    assert "style=" not in page
    for nonsense in ("?zoom=x&etter=y&fra=2026-13", "?fra=9999-99", "?fra=0001-01", "?fra=²²²²-01"):
        assert "Først" in drawn(client_for, cast.leif, nonsense)


def test_five_hundred_bars_stay_below_a_hundred_kilobytes_with_as_many_queries_as_one(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, cast: Cast
) -> None:
    make_tiltak()

    def look() -> tuple[int, str]:
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        browser = client_for(cast.leif)
        browser.get("/tiltak/tidslinje")
        event.listen(databases._read_engine, "before_cursor_execute", note)
        page = browser.get("/tiltak/tidslinje").get_data(as_text=True)
        event.remove(databases._read_engine, "before_cursor_execute", note)
        return len(said), page

    few, _page = look()
    with databases.writing() as db:
        base = db.query(Tiltak).one()
        common = {column.name: getattr(base, column.name) for column in Tiltak.__table__.c if column.name != "id"}
        rows = [
            {
                **common,
                "tittel": f"Kontrollere og skifte sensorar på rom {n}, òg dei på bad",
                "frist": TODAY + timedelta(days=n % 300 - 90),
            }
            for n in range(520)
        ]
        db.execute(insert(Tiltak), [{**row, "rang": order_key(None, None, None, row["frist"])} for row in rows])
        db.commit()
    many, page = look()
    assert many == few
    assert page.count("<li><a href=") >= 500
    assert (
        sum(path.count("M") for path in re.findall(r'<path class="gantt__[of]"[^>]* d="([^"]+)"', page)) == 502
    )  # and two in the list of signs
    assert len(page.encode()) < 100_000
    assert "500" in page
