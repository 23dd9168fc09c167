"""The monthly report: ordered and made once, its paper says the query's numbers, tagged, with embedded fonts, in her language."""

import hashlib
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pypdf
import pytest
from sqlalchemy import func, select, update

from avvik.models import Avvik
from kjerne import mail, pdf
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.i18n import language
from kjerne.jobs import Runner
from kjerne.models import Eining, Epost, Loggline, Person
from kjerne.work import Work
from rapportar import dokument
from rapportar.actions import make_waiting, order_due
from rapportar.jobs import JOBS
from rapportar.models import Rapport, Rapporttekst
from rapportar.papir import papir
from rapportar.queries import work_of
from rapportar.rules.dokument import Dokument, written
from rapportar.rules.perioder import read_period
from rapportar.slag import SLAG
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.rapportar.conftest import PaperOf, text_of

ORDER, MAKE = JOBS


def reports(databases: Databases) -> list[Rapport]:
    with databases.reading() as db:
        return list(db.scalars(select(Rapport).order_by(Rapport.eining_id)))


def of(databases: Databases, eining: Eining) -> Rapport:
    return next(row for row in reports(databases) if row.eining_id == eining.id)


def read(databases: Databases, work_for: WorkFor, eining: Eining, leader: Person) -> Dokument:
    """The month of a unit as its leader's report is made: the one definition that the page draws too."""
    with databases.reading() as db:
        seen = work_of(work_for(db, None), db.get_one(Person, leader.id))
        return dokument.build(seen, SLAG["manad_eining"], db.get_one(Eining, eining.id), read_period("2026-10"))


def rows_of(doc: Dokument, section: str) -> list[list[str]]:
    return [[written(cell) for cell in row] for bolk, table in doc.tabellar() if bolk.kode == section for row in table.rader]


@pytest.mark.both
@pytest.mark.usefixtures("october")
def test_each_leader_gets_one_report_and_one_letter_with_a_link(
    cast: Cast, databases: Databases, runner: Runner, clock: Clock, paper_of: PaperOf
) -> None:
    for _ in range(3):
        runner.run_safely(ORDER)
        runner.run_safely(MAKE)
        clock.forward(days=1)
    rows = reports(databases)
    assert [(row.eining_id, row.mottakar_id, row.status, row.periode) for row in rows] == [
        (cast.ho.id, cast.signe.id, "laga", "2026-10"),
        (cast.it01.id, cast.leif.id, "laga", "2026-10"),
        (cast.it02.id, cast.nils.id, "laga", "2026-10"),
    ]
    assert all(hashlib.sha256(paper_of(row)).hexdigest() == row.sha256 for row in rows)
    with databases.reading() as db:
        letters = {row.til_person_id: row for row in db.scalars(select(Epost).where(Epost.nokkel.like("rapport-%")))}
        assert db.scalar(select(func.count()).where(Loggline.subjekt_type == "rapport")) == 3
    assert set(letters) == {cast.signe.id, cast.leif.id, cast.nils.id}
    assert letters[cast.leif.id].emne == "Månadsrapport eining, oktober 2026, Solbakken 1. etasje"
    assert f"/rapportar/{of(databases, cast.it01).id}\n" in letters[cast.leif.id].tekst


@pytest.mark.both
@pytest.mark.usefixtures("october")
def test_two_schedulers_at_once_make_each_report_once_with_a_dead_mail_server(
    databases: Databases, config: Config, clock: Clock, runner: Runner
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = replace(config, smtp_url=f"smtp://127.0.0.1:{probe.getsockname()[1]}")
    other = Databases(config.database_url)
    start = threading.Barrier(2)

    def scheduler(mine: Runner) -> None:
        start.wait()
        mine.run(ORDER)
        mine.run(MAKE)
        mail.send_outbox(mine.databases, dead, clock())

    runners = (replace(runner, config=dead), replace(runner, config=dead, databases=other))
    threads = [threading.Thread(target=scheduler, args=(one,)) for one in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.dispose()
    assert [row.status for row in reports(databases)] == ["laga"] * 3
    with databases.reading() as db:
        waiting = list(db.scalars(select(Epost).where(Epost.nokkel.like("rapport-%"))))
        assert len(waiting) == 3
        assert all(row.sendt is None and row.feil for row in waiting)
        assert db.scalar(select(func.count()).where(Loggline.subjekt_type == "rapport")) == 3


@pytest.mark.usefixtures("october")
def test_a_report_that_cannot_be_made_stops_no_other_and_is_tried_next_day(
    databases: Databases,
    runner: Runner,
    clock: Clock,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    client_for: ClientFor,
    csrf: Csrf,
) -> None:
    whole = papir.paper

    def breaks(work: Work, doc: Dokument) -> bytes:
        if doc.einingskode == cast.it01.kode:
            raise OSError(28, "No space left on device")
        return whole(work, doc)

    monkeypatch.setattr(papir, "paper", breaks)
    runner.run_safely(ORDER)
    runner.run_safely(MAKE)
    assert [(row.status, row.feil) for row in reports(databases)] == [("laga", None), ("feila", "OSError"), ("laga", None)]
    failed, kval, nils = reports(databases)[1].id, client_for(cast.kval), client_for(cast.nils)
    page = kval.get("/rapportar/plan").text
    assert "1 rapport kunne ikkje lagast." in page
    assert "Fila kunne ikkje lagrast. Sjå om disken er full." in page
    assert "Laga og send: 2 · Feila: 1 ·" in page
    assert "Ikkje svart" not in page, "a light says what became of the report"
    again = f"/rapportar/plan/igjen/{failed}"
    assert nils.post(again, data={"csrf_token": csrf(nils)}).status_code == 404
    assert kval.post(again, data={"csrf_token": csrf(kval)}).status_code == 303
    assert reports(databases)[1].status == "ventar"
    runner.run_safely(MAKE)
    assert reports(databases)[1].status == "feila", "the disk is still full"
    monkeypatch.undo()
    clock.forward(days=1)
    runner.run_safely(ORDER)
    runner.run_safely(MAKE)
    assert [row.status for row in reports(databases)] == ["laga"] * 3


@pytest.mark.usefixtures("october")
def test_a_leader_without_the_rights_a_gone_unit_and_a_day_off_give_no_report(
    databases: Databases, runner: Runner, cast: Cast, clock: Clock
) -> None:
    with databases.writing() as db:
        db.get_one(Eining, cast.it01.id).leiar_id = cast.kari.id
        db.get_one(Eining, cast.it02.id).gjeld_til = date(2026, 10, 31)
        db.commit()
    clock.set_oslo(2026, 11, 1, 5, 30)
    runner.run(ORDER)
    assert reports(databases) == []
    clock.set_oslo(2026, 11, 2, 5, 30)
    runner.run(ORDER)
    assert [row.eining_id for row in reports(databases)] == [cast.ho.id]


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("sprak", "title", "page", "filed"),
    [
        ("nn", "Månadsrapport eining, oktober 2026", "Side 1 av ", "Avvik som er melde"),
        ("nb", "Månedsrapport enhet, oktober 2026", "Side 1 av ", "Meldte avvik"),
        ("en", "Monthly report of a unit, October 2026", "Page 1 of ", "Reported deviations"),
    ],
)
def test_the_paper_says_the_querys_numbers_in_her_language(
    sprak: str,
    title: str,
    page: str,
    filed: str,
    cast: Cast,
    databases: Databases,
    runner: Runner,
    work_for: WorkFor,
    speaks: Callable[[Person, str], None],
    paper_of: PaperOf,
) -> None:
    speaks(cast.leif, sprak)
    runner.run(ORDER)
    runner.run(MAKE)
    data = paper_of(of(databases, cast.it01))
    said = text_of(data)
    assert all(one in said for one in (page, f"{filed} 6", "Solbakken 1. etasje", "05:30"))
    with language(sprak):
        found = read(databases, work_for, cast.it01, cast.leif)
        assert [row[1] for row in rows_of(found, "hovudtal")][:3] == ["6", "7", "1"]
        assert all(f"{row[0]} {row[1]}" in said for row in rows_of(found, "hovudtal"))
        assert [row[1] for row in rows_of(found, "alvor")] == ["1", "2", "2", "1", "0"]
        assert all(f"{row[0]} {row[1]}" in said for row in rows_of(found, "alvor"))
    assert pypdf.PdfReader(BytesIO(data)).metadata["/Title"] == f"{title}, Solbakken 1. etasje"
    assert "Kanarifugl" not in said


@pytest.mark.usefixtures("october")
def test_what_a_leader_wrote_stands_in_the_kept_paper(
    cast: Cast, databases: Databases, runner: Runner, paper_of: PaperOf, clock: Clock
) -> None:
    with databases.writing() as db:
        for bolk in ("samandrag", "sjukefravaer"):
            where = {"slag": "manad_eining", "eining_id": cast.it01.id, "periode": "2026-10", "bolk": bolk}
            db.add(Rapporttekst(**where, tekst=f"Ein roleg månad, {bolk}.", person_id=cast.leif.id, endra=clock()))
        db.commit()
    runner.run(ORDER)
    runner.run(MAKE)
    said = text_of(paper_of(of(databases, cast.it01)))
    assert "Ein roleg månad, samandrag. Leif Leiar" in said
    assert "Ein roleg månad, sjukefravaer." in said
    assert "Ein roleg månad" not in text_of(paper_of(of(databases, cast.it02)))


@pytest.mark.usefixtures("october")
def test_the_overdue_list_has_numbers_only_and_no_case_others_may_not_know_of(
    cast: Cast, databases: Databases, runner: Runner, work_for: WorkFor, paper_of: PaperOf, clock: Clock
) -> None:
    with databases.writing() as db:
        ids = list(db.scalars(select(Avvik.id).where(Avvik.eining_id == cast.it01.id).order_by(Avvik.id)))
        db.execute(update(Avvik).where(Avvik.id == ids[0]).values(sensitiv_gruppe="vald"))
        db.execute(update(Avvik).where(Avvik.id.in_(ids)).values(frist_lukking=date(2026, 10, 30)))
        db.commit()
    runner.run(ORDER)
    runner.run(MAKE)
    found = read(databases, work_for, cast.it01, cast.leif)
    with databases.reading() as db:
        about = db.scalar(select(Avvik.lopenr).where(Avvik.gjeld_leiar))
    assert len(ids) == 7
    late = rows_of(found, "forfalne")
    assert [row[-1] for row in late] == ["3"] * 5
    assert {row[0] for row in late}.isdisjoint({"2026-1", f"2026-{about}"})
    said = text_of(paper_of(of(databases, cast.it01)))
    assert all(row[0] in said for row in late)
    assert "2026-1 " not in said
    assert "Bebuaren" not in said


@pytest.mark.usefixtures("october")
def test_the_paper_is_tagged_and_carries_its_fonts(cast: Cast, databases: Databases, runner: Runner, paper_of: PaperOf) -> None:
    runner.run(ORDER)
    runner.run(MAKE)
    data = paper_of(of(databases, cast.it01))
    with pikepdf.open(BytesIO(data)) as made:
        fonts = [font for page in made.pages for font in page.Resources.Font.values()]
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts)
        assert (str(made.Root.Lang), bool(made.Root.MarkInfo.Marked)) == ("nn-NO", True)
        kinds: list[str] = []

        def walk(element: pikepdf.Object) -> None:
            kinds.append(str(element.S))
            if str(element.S) == "/Figure":
                assert str(element.Alt)
            for kid in element.K:
                if "/S" in kid:
                    walk(kid)

        walk(made.Root.StructTreeRoot.K[0])
        marks = sum(bytes(page.Contents.read_bytes()).count(b"/MCID") for page in made.pages)
        owned = sum(len(entry) for entry in list(made.Root.StructTreeRoot.ParentTree.Nums)[1::2])
    assert marks == owned > 50
    assert kinds.count("/H1") == 1
    assert kinds.count("/Figure") >= 3
    assert kinds.count("/Table") >= 4
    assert {"/H2", "/TR", "/TH", "/TD", "/P"} <= set(kinds)


ODD = ["<b>", "</para>", "a & b", "&lt;", "<img src='x'/>", "{{7*7}}", "%(n)s", "=1+1", "«æøå»", "\"'`", "--", "<font color=red>"]


def odd_texts() -> list[str]:
    """Two hundred texts that would break markup, each with a mark of its own."""
    return [f"{ODD[number % len(ODD)]}q{number}{ODD[(number * 7 + 3) % len(ODD)]}" for number in range(200)]


def test_two_hundred_hostile_texts_come_out_as_written() -> None:
    wanted = odd_texts()

    def story(root: pdf.Node) -> list[pdf.Flowable]:
        return [pdf.table(root.add("Table"), ["Eining", "Tal"], [[text, "1"] for text in wanted], [400, 50])]

    data = pdf.build(pdf.Paper("<&>", "nn-NO", "K & K", "<fot>"), story, lambda page, total: f"{page}/{total}")
    said = "".join(text_of(data).split())
    assert [text for text in wanted if "".join(text.split()) not in said] == []
    assert said.count("EiningTal") == len(pypdf.PdfReader(BytesIO(data)).pages) > 3, "the header row stands on every page"


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("namn", ["<Sol> & «Bakken» </para>", "W" * 160, "Lang " * 32, "Emoji \U0001f642 og \u202eomvendt"])
def test_a_unit_may_be_called_anything(
    namn: str, cast: Cast, databases: Databases, runner: Runner, call: Callable[[Eining, str], None], paper_of: PaperOf
) -> None:
    call(cast.it01, namn[:160].strip())
    runner.run(ORDER)
    runner.run(MAKE)
    row = of(databases, cast.it01)
    assert row.status == "laga"
    assert "".join(pdf.plain(namn).split()) in "".join(text_of(paper_of(row)).split())


@pytest.mark.usefixtures("october")
def test_a_handful_at_a_time(databases: Databases, work_for: WorkFor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapportar.actions.BATCH", 2)
    with databases.writing() as db:
        work = work_for(db, None)
        assert order_due(work) == 3
        assert [make_waiting(work), make_waiting(work), make_waiting(work)] == [2, 1, 0]
        db.commit()
