"""The municipality edits its reference data through the pages: dates, versions, what cannot be taken away, what is written down."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from administrasjon.models import Katalogendring
from administrasjon.rules.tabellar import TABELLAR
from avvik import actions as avvik_actions
from avvik.models import Avvik
from kjerne import katalog
from kjerne.db import Databases
from kjerne.katalog import Arsak, Frist, Kopi, Meldeplikt, Underkategori
from kjerne.models import Loggline
from tests.administrasjon.skjema import fields_of, open_row
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import Clock, Csrf, WorkFor

ClientFor = Callable[..., FlaskClient]
TODAY = date(2026, 11, 22)


TABLES = list(TABELLAR)


@pytest.mark.parametrize("table", TABLES)
def test_each_table_lists_opens_and_keeps_what_it_was_sent(
    table: str, cast: Cast, client_for: ClientFor, databases: Databases
) -> None:
    kval = client_for(cast.kval)
    page = kval.get(f"/innstillingar/{table}/").get_data(as_text=True)
    links = re.findall(rf"/innstillingar/{table}/(\d+)\"", page)
    model: Any = katalog.TABLES[table]
    with databases.reading() as db:
        assert len(set(links)) == len(db.scalars(select(model.id)).all())
    for link in sorted(set(links), key=int)[::6]:
        path = f"/innstillingar/{table}/{link}"
        answer = kval.post(path, data=fields_of(kval.get(path).get_data(as_text=True)))
        assert answer.status_code == 303, f"{path}: what the program ships cannot be saved\n{answer.get_data(as_text=True)}"
    with databases.reading() as db:
        assert db.scalars(select(Katalogendring)).all() == [], "saving without a change is no change"
    assert kval.get(f"/innstillingar/{table}/historie").status_code == 200


def test_a_changed_word_holds_from_its_day_and_old_cases_keep_theirs(
    cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    with databases.writing() as db:
        old = report(work_for(db, cast.kari), cast.it01, underkategori="fall_utan_skade", alvor=3)
        avvik_actions.add_cause(work_for(db, cast.leif), old, {"opplaering": "Ingen hadde vist det."})
        db.commit()
        old_nr = old.nr
    kval, leif, kari = client_for(cast.kval), client_for(cast.leif), client_for(cast.kari)
    path, sent = open_row(kval, databases, "underkategori", "fall_utan_skade")
    changed = {**sent, "nn": "Fall, ingen skadde", "nb": "Fall, ingen skadet", "en": "Fall, nobody hurt", "gjeld_fra": "2026-12-01"}
    assert kval.post(path, data=changed).status_code == 303
    path, sent = open_row(kval, databases, "alvorsgrad", "middels")
    changed = {**sent, "nn": "Mellomstor", "nb": "Mellomstor", "en": "In between", "gjeld_fra": "2026-12-01"}
    assert kval.post(path, data=changed).status_code == 303
    listed = kval.get("/innstillingar/underkategori/").get_data(as_text=True)
    assert "Fall utan skade" in listed
    assert "Ny tekst frå 1. desember 2026" in listed
    form = kari.get("/avvik/nytt").get_data(as_text=True)
    assert "Fall utan skade" in form
    assert "Fall, ingen skadde" not in form, "a planned word must not show before its day"
    clock.set_oslo(2026, 12, 1, 0, 1)
    leif, kari = client_for(cast.leif), client_for(cast.kari)
    form = kari.get("/avvik/nytt").get_data(as_text=True)
    assert "Fall utan skade" not in form
    assert "Fall, ingen skadde" in form
    with databases.writing() as db:
        new_nr = report(work_for(db, cast.kari), cast.it01, underkategori="fall_utan_skade", alvor=3).nr
        db.commit()
    was, now = (leif.get(f"/avvik/{nr}").get_data(as_text=True) for nr in (old_nr, new_nr))
    assert "<h1>Fall utan skade" in was.replace("\n", "") or ">Fall utan skade</h1>" in was
    assert "Fall, ingen skadde</h1>" in now
    before, after = (re.search(r'<p class="row row--s">(.*?)faktisk', page, re.DOTALL)[1] for page in (was, now))
    assert "Middels" in before
    assert "Mellomstor" in after
    receipt = kari.get(f"/avvik/{old_nr}").get_data(as_text=True)
    assert "Fall utan skade" in receipt
    inbox = leif.get("/avvik/?liste=alle").get_data(as_text=True)
    assert "Fall utan skade" in inbox
    assert "Fall, ingen skadde" in inbox
    found = leif.get("/avvik/sok?q=fall").get_data(as_text=True)
    assert old_nr in found
    assert new_nr in found


def test_a_day_before_today_and_a_day_too_far_are_refused(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "arsak", "bemanning")
    for day in ("2026-11-21", "2031-01-01", "", "i morgon"):
        answer = kval.post(path, data={**sent, "nn": "Låg bemanning", "gjeld_fra": day})
        assert answer.status_code == 422, day
        assert "Låg bemanning" in answer.get_data(as_text=True), "what was typed is kept"
    assert kval.post(path, data={**sent, "nn": "Låg bemanning", "gjeld_fra": "22.11.2026"}).status_code == 303
    with databases.reading() as db:
        rows = db.scalars(select(Arsak).where(Arsak.kode == "bemanning").order_by(Arsak.gjeld_fra)).all()
        assert [(row.nn, row.gjeld_fra, row.gjeld_til) for row in rows] == [
            ("Bemanning/tidspress", date(2020, 1, 1), date(2026, 11, 21)),
            ("Låg bemanning", TODAY, None),
        ]


@pytest.mark.both
def test_the_same_day_corrects_and_a_planned_change_can_move_and_be_dropped(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    kval = client_for(cast.kval)
    for text in ("Fyrste", "Andre"):
        path, sent = open_row(kval, databases, "arsak", "bemanning")
        assert kval.post(path, data={**sent, "nn": text, "gjeld_fra": "2026-11-22"}).status_code == 303
    path, sent = open_row(kval, databases, "arsak", "bemanning")
    assert kval.post(path, data={**sent, "nn": "Tredje", "gjeld_fra": "2026-12-01"}).status_code == 303
    path, sent = open_row(kval, databases, "arsak", "bemanning")
    assert sent["gjeld_fra"] == ["2026-12-01"]
    assert kval.post(path, data={**sent, "gjeld_fra": "2026-11-22"}).status_code == 422, "another text began that very day"
    assert kval.post(path, data={**sent, "gjeld_fra": "2026-12-15"}).status_code == 303

    def rows() -> list[tuple[str, date, date | None]]:
        with databases.reading() as db:
            found = db.scalars(select(Arsak).where(Arsak.kode == "bemanning").order_by(Arsak.gjeld_fra))
            return [(row.nn, row.gjeld_fra, row.gjeld_til) for row in found]

    first = ("Bemanning/tidspress", date(2020, 1, 1), date(2026, 11, 21))
    assert rows() == [first, ("Andre", TODAY, date(2026, 12, 14)), ("Tredje", date(2026, 12, 15), None)]
    path, sent = open_row(kval, databases, "arsak", "bemanning")
    drop = {"versjon": sent["versjon"], "csrf_token": csrf(kval)}
    assert kval.post(f"{path}/dropp", data=drop).status_code == 303
    assert rows() == [first, ("Andre", TODAY, None)]
    path, sent = open_row(kval, databases, "arsak", "bemanning")
    drop = {"versjon": sent["versjon"], "csrf_token": csrf(kval)}
    assert kval.post(f"{path}/dropp", data=drop).status_code == 404, "what has begun is never deleted"


def test_adding_makes_a_code_and_the_next_filing_offers_it(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    kval = client_for(cast.kval)
    sent = fields_of(kval.get("/innstillingar/underkategori/ny").get_data(as_text=True))
    new = {**sent, "hovudtype": "brann", "nn": "Gløymd på – kokeplate", "nb": "Glemt kokeplate", "en": "Hob left on"}
    assert kval.post("/innstillingar/underkategori/ny", data={**new, "en": ""}).status_code == 422, "all three languages"
    assert kval.post("/innstillingar/underkategori/ny", data=new).status_code == 303
    assert kval.post("/innstillingar/underkategori/ny", data=new).status_code == 303
    with databases.reading() as db:
        codes = db.scalars(select(Underkategori.kode).where(Underkategori.nn.startswith("Gløymd"))).all()
    assert sorted(codes) == ["gloymd_pa_kokeplate", "gloymd_pa_kokeplate_2"]
    assert "Gløymd på – kokeplate" in client_for(cast.kari).get("/avvik/nytt").get_data(as_text=True)


def test_ending_hides_it_from_new_cases_and_it_can_come_back(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    with databases.writing() as db:
        nr = report(work_for(db, cast.kari), cast.it01, underkategori="trykksar").nr
        db.commit()
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "underkategori", "trykksar")
    stop = {"versjon": sent["versjon"], "slutt_fra": "2026-11-22", "csrf_token": csrf(kval)}
    assert kval.post(f"{path}/avslutt", data={**stop, "slutt_fra": "2026-11-01"}).status_code == 422
    assert kval.post(f"{path}/avslutt", data={**stop, "slutt_fra": "x"}).status_code == 422
    assert kval.post(f"{path}/avslutt", data=stop).status_code == 303
    assert kval.post(f"{path}/avslutt", data=stop).status_code == 409, "the page was older than the change"
    kari = client_for(cast.kari)
    assert "Trykksår" not in kari.get("/avvik/nytt").get_data(as_text=True)
    assert "Trykksår" in client_for(cast.leif).get(f"/avvik/{nr}").get_data(as_text=True)
    path, sent = open_row(kval, databases, "underkategori", "trykksar")
    assert kval.post(path, data={**sent, "gjeld_fra": "2026-11-30"}).status_code == 303
    assert "Trykksår" not in kari.get("/avvik/nytt").get_data(as_text=True)
    clock.forward(days=9)
    assert "Trykksår" in client_for(cast.kari).get("/avvik/nytt").get_data(as_text=True)


@pytest.mark.parametrize(
    ("table", "code", "why"),
    [
        ("alvorsgrad", "kritisk", "five levels"),
        ("frist", "3", "each level has its deadlines"),
        ("art", "avvik", "what counts as a deviation"),
        ("oppbevaring", "avvik", "a kind of record has its rule"),
        ("underkategori", "anna", "the way out of every list"),
        ("hovudtype", "organisasjon", "improvements land there"),
        ("meldeplikt", "personvern_brot", "the clock of GDPR"),
        ("meldeplikt", "smitte_utbrot", "rules still bring it up"),
    ],
)
def test_what_must_stay_stays(
    table: str, code: str, why: str, cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, table, code)
    stop = {"versjon": sent["versjon"], "slutt_fra": "2026-11-22", "csrf_token": csrf(kval)}
    assert kval.post(f"{path}/avslutt", data=stop).status_code == 422, why
    if table in {"alvorsgrad", "frist", "art", "oppbevaring"}:
        assert kval.get(f"/innstillingar/{table}/ny").status_code == 404


def test_deadlines_are_sane_and_only_new_cases_get_them(
    cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor
) -> None:
    with databases.writing() as db:
        before = report(work_for(db, cast.kari), cast.it01, alvor=2).frist_lukking
        db.commit()
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "frist", "2")
    wrong_days = [{"lukking_dagar": text} for text in ("0", "-5", "9" * 30, "fem")]
    for wrong in [*wrong_days, {"start_dagar": "31"}, {"eskaler_dagar": "20"}, {"svar_arbeidsdagar": ""}]:
        assert kval.post(path, data={**sent, **wrong}).status_code == 422, wrong
    assert kval.post(path, data={**sent, "lukking_dagar": "22", "gjeld_fra": "2026-11-22"}).status_code == 303
    with databases.writing() as db:
        after = report(work_for(db, cast.kari), cast.it01, alvor=2).frist_lukking
        assert ((before - TODAY).days, (after - TODAY).days) == (30, 22)
        assert db.scalars(select(Frist).where(Frist.alvor == 2)).all()[0].lukking_dagar == 30, "the old row stands"


def test_a_case_whose_severity_is_changed_keeps_to_the_deadlines_of_its_own_day(
    cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    with databases.writing() as db:
        nr = report(work_for(db, cast.kari), cast.it01, alvor=3).id
        db.commit()
    clock.forward(days=1)
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "frist", "2")
    assert kval.post(path, data={**sent, "lukking_dagar": "10", "start_dagar": "5"}).status_code == 303
    with databases.writing() as db:
        case = db.get_one(Avvik, nr)
        same = {"hovudtype": case.hovudtype, "underkategori": case.underkategori, "art": case.art, "alvor_mogleg": None}
        avvik_actions.classify(work_for(db, cast.leif), case, alvor=2, reason="Det var mindre enn vi trudde.", **same)
        assert (case.frist_lukking - TODAY).days == 30


def test_a_sensitive_case_stays_with_its_group_when_the_table_is_changed(
    cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor
) -> None:
    with databases.writing() as db:
        nr = report(work_for(db, cast.kari), cast.it01, hovudtype="hms", underkategori="vald_trussel_tilsett").id
        db.commit()
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "underkategori", "vald_trussel_tilsett")
    assert kval.post(path, data={**sent, "sensitiv_gruppe": ""}).status_code == 303
    with databases.writing() as db:
        case = db.get_one(Avvik, nr)
        same = {"hovudtype": case.hovudtype, "underkategori": case.underkategori, "art": case.art, "alvor_mogleg": None}
        avvik_actions.classify(work_for(db, cast.leif), case, alvor=case.alvor, reason="", **same)
        assert case.sensitiv_gruppe == "vald", "confirming an old case must not open it to everybody"


def test_a_law_not_yet_in_force_may_be_reworded_and_waits_on(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "meldeplikt", "alvorleg_hending_b")
    assert "gjeld_fra" not in sent
    assert kval.post(path, data={**sent, "maate_en": "Notify at melde.no."}).status_code == 303
    with databases.reading() as db:
        row = db.scalars(select(Meldeplikt).where(Meldeplikt.kode == "alvorleg_hending_b")).one()
        assert (row.maate_en, row.gjeld_fra) == ("Notify at melde.no.", date(9999, 12, 31))
    _path, sent = open_row(kval, databases, "meldeplikt", "alvorleg_hending_b")
    assert kval.post(f"{path}/dropp", data={"versjon": sent["versjon"], "csrf_token": csrf(kval)}).status_code == 404


def test_a_copy_rule_is_added_ended_and_not_made_twice(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    kval = client_for(cast.kval)
    sent = fields_of(kval.get("/innstillingar/kopi/ny").get_data(as_text=True))
    new = {**sent, "hovudtype": "okonomi", "min_alvor": "3", "rolle": "hr"}
    assert kval.post("/innstillingar/kopi/ny", data={**new, "rolle": "administrator"}).status_code == 422
    assert kval.post("/innstillingar/kopi/ny", data={**new, "min_alvor": "6"}).status_code == 422
    assert kval.post("/innstillingar/kopi/ny", data=new).status_code == 303
    assert kval.post("/innstillingar/kopi/ny", data=new).status_code == 422, "the same rule twice"
    with databases.reading() as db:
        rule = db.scalars(select(Kopi).where(Kopi.hovudtype == "okonomi")).one()
    page = kval.get(f"/innstillingar/kopi/{rule.id}").get_data(as_text=True)
    stop = {"versjon": fields_of(page)["versjon"], "slutt_fra": "2026-11-22", "csrf_token": csrf(kval)}
    assert kval.post(f"/innstillingar/kopi/{rule.id}/avslutt", data=stop).status_code == 303
    assert kval.post("/innstillingar/kopi/ny", data=new).status_code == 303, "an ended rule is no hindrance"


def test_a_choice_question_has_as_many_answers_in_each_language(cast: Cast, client_for: ClientFor) -> None:
    kval = client_for(cast.kval)
    sent = fields_of(kval.get("/innstillingar/tilleggsfelt/ny").get_data(as_text=True))
    new = {**sent, "hovudtype": "brann", "nn": "Kva brann?", "nb": "Hva brant?", "en": "What burned?", "type": "val",
           "val_nn": "Gardin\nOmn", "val_nb": "Gardin\nOvn", "val_en": "Curtain\nStove"}  # fmt: skip
    address = "/innstillingar/tilleggsfelt/ny"
    for wrong in ({"val_nb": "Gardin"}, {"val_nn": "Gardin\nGardin", "val_nb": "a\nb"}, {"val_nn": "a|b\nc"}, {"type": "tekst"},
                  {"val_nn": "", "val_nb": "", "val_en": ""}, {"underkategori": "finst_ikkje"}):  # fmt: skip
        assert kval.post(address, data={**new, **wrong}).status_code == 422, wrong
    assert kval.post(address, data=new).status_code == 303
    assert "Kva brann?" in client_for(cast.kari).get("/avvik/nytt").get_data(as_text=True)


def test_the_program_s_own_questions_keep_their_kind(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "tilleggsfelt", "kjent_dato")
    assert kval.post(path, data={**sent, "type": "tekst"}).status_code == 422
    assert kval.post(path, data={**sent, "nn": "Når vart brotet kjent?"}).status_code == 303


@pytest.mark.both
def test_two_at_once_get_both_texts(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    kval, adam = client_for(cast.kval), client_for(cast.adam)
    path, mine = open_row(kval, databases, "arsak", "opplaering")
    _path, theirs = open_row(adam, databases, "arsak", "opplaering")
    assert adam.post(path, data={**theirs, "nn": "Den eine teksten"}).status_code == 303
    answer = kval.post(path, data={**mine, "nn": "Den andre teksten"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Den eine teksten" in page
    assert "Den andre teksten" in page
    with databases.reading() as db:
        assert db.scalars(select(Arsak.nn).where(Arsak.kode == "opplaering", Arsak.gjeld_til.is_(None))).one() == "Den eine teksten"


def test_a_change_is_seen_as_a_diff_and_logged_without_its_words(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "underkategori", "vald_trussel_tilsett")
    assert kval.post(path, data={**sent, "nb": "Trusler <b>mot</b> ansatte", "sensitiv_gruppe": ""}).status_code == 303
    page = kval.get("/innstillingar/underkategori/historie").get_data(as_text=True)
    for said in ("Kval Kvalitet", "Namn (bokmål)", "Trusler &lt;b&gt;mot&lt;/b&gt; ansatte", "Vold eller trusler mot ansatt",
                 "Berre denne gruppa ser sakene", "22. november 2026"):  # fmt: skip
        assert said in page, said
    english = client_for(cast.adam)
    english.post("/sprak", data={"sprak": "en", "csrf_token": sent["csrf_token"]})
    with databases.reading() as db:
        line = db.scalars(select(Loggline).where(Loggline.hending == "katalog:endra")).one()
        assert (line.subjekt_id, line.endring["felt"]) == ("underkategori", "nb,sensitiv_gruppe")
        assert "Trusler" not in str(line.endring)


@pytest.mark.parametrize(
    ("field", "text", "feil"),
    [("nn", "Ring 010190 12345 no", "identitet"), ("dome_nn", "Kari Nordmann fall i gangen.", "stadfest")],
)
def test_the_identity_guard_reads_what_is_new(
    field: str, text: str, feil: str, cast: Cast, client_for: ClientFor, databases: Databases
) -> None:
    kval = client_for(cast.kval)
    path, sent = open_row(kval, databases, "underkategori", "fall_utan_skade")
    if feil == "identitet":
        text = "Ring 01019012480 no"
    answer = kval.post(path, data={**sent, field: text})
    assert answer.status_code == 422
    assert f'data-feil="{feil}"' in answer.get_data(as_text=True)
    again = kval.post(path, data={**sent, field: text, "stadfest": "1"})
    assert again.status_code == (422 if feil == "identitet" else 303)
