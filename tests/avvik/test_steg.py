"""Steps over HTTP: who may take them, what is said when one may not, and that nothing typed is lost."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from avvik import actions
from avvik.models import Avvik, AvvikHending, AvvikInhabil, AvvikTiltak
from avvik.rules import Status, Steg
from kjerne.db import Databases
from kjerne.models import Epost, Fil, Leselogg
from kjerne.work import Work
from ros.actions.analyse import Hovud, create_analyse
from ros.actions.rader import Radinnhald, add_rad
from ros.rules import Akse
from tests.avvik.conftest import FileCase, Load, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tiltak.models import Tiltak

SEVERITY = {"hovudtype": "pasient_brukar", "underkategori": "fall_utan_skade", "art": "avvik"}


def test_a_changed_severity_needs_a_reason_and_both_values_are_kept_for_the_reporter_to_see(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, load: Load
) -> None:
    nr = file_case()
    refused = post(cast.leif, nr, "klassifiser", alvor="3", grunngiving="", **SEVERITY)
    assert refused.status_code == 422
    assert "Skriv kvifor du endrar" in refused.text
    assert load(nr).alvor == 2
    assert post(cast.leif, nr, "klassifiser", alvor="3", grunngiving="Såret måtte syast.", **SEVERITY).status_code == 303
    row = load(nr)
    assert (row.alvor, row.alvor_meldt, row.alvor_stadfesta) == (3, 2, True)
    mine = client_for(cast.kari).get(f"/avvik/{nr}").text
    assert "Leif Leiar endra alvoret frå 2 til 3." in mine
    assert "Såret måtte syast." in mine
    assert "Meldaren sette 2" in client_for(cast.leif).get(f"/avvik/{nr}").text


def test_confirming_needs_no_reason(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr = file_case()
    assert post(cast.leif, nr, "klassifiser", alvor="2", grunngiving="", **SEVERITY).status_code == 303
    assert load(nr).alvor_stadfesta


def test_an_identity_number_is_refused_with_the_step_open_and_the_text_kept(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases
) -> None:
    nr = file_case()
    text = "Bebuaren 31129956715 fall på badet."
    refused = post(cast.leif, nr, "svar", tekst=text, stadfest="1")
    assert refused.status_code == 422
    assert 'data-feil="identitet"' in refused.text
    assert 'id="svar" open' in refused.text
    assert text in refused.text
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(AvvikHending).where(AvvikHending.slag == "forste_svar")) == 0


def test_a_probable_name_is_asked_about_and_kept_when_confirmed(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr = file_case()
    text = "Takk. Eg har snakka med Olav Nilsen om dette."
    asked = post(cast.leif, nr, "svar", tekst=text)
    assert asked.status_code == 422
    assert 'data-feil="stadfest"' in asked.text
    assert 'name="stadfest"' in asked.text
    assert post(cast.leif, nr, "svar", tekst=text, stadfest="1").status_code == 303
    assert load(nr).forste_svar_tid is not None


def test_two_who_write_the_outcome_at_once_the_second_sees_both_texts(
    cast: Cast, file_case: FileCase, post: Post, load: Load
) -> None:
    nr = file_case()
    version = str(load(nr).version)
    first = {"utfall": "opplaering", "sluttsvar": "Alle får opplæring i desember."}
    assert post(cast.leif, nr, "utfall", versjon=version, **first).status_code == 303
    second = post(cast.kval, nr, "utfall", versjon=version, utfall="ny_praksis", sluttsvar="Vi testar kvar kveld.")
    assert second.status_code == 409
    assert "Vi testar kvar kveld." in second.text
    assert "Alle får opplæring i desember." in second.text
    assert load(nr).sluttsvar == first["sluttsvar"]


def test_a_conflict_leads_back_to_the_page_it_came_from_and_to_no_other_site(
    cast: Cast, file_case: FileCase, client_for: ClientFor, csrf: Csrf
) -> None:
    nr = file_case()
    kari = client_for(cast.kari)
    here = kari.get("/").request.host_url + f"avvik/{nr}"
    for referrer, shown in ((here, True), (f"https://example.org/avvik/{nr}", False)):
        said = {"csrf_token": csrf(kari), "tekst": "Eg er ikkje samd i dette."}
        page = kari.post(f"/avvik/{nr}/innvending", data=said, headers={"Referer": referrer})
        assert page.status_code == 409
        assert (f'href="{referrer}">Opne sida på nytt' in page.text) is shown


def test_a_step_that_is_not_hers_now_is_refused_with_her_text(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr = file_case()
    refused = post(cast.kari, nr, "innvending", tekst="Eg er ikkje samd i dette.")
    assert refused.status_code == 409
    assert "Eg er ikkje samd i dette." in refused.text
    assert load(nr).forste_svar_tid is None


@pytest.fixture
def risk_row(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    """The first row of the first risk analysis: what `forged` ties a case to."""
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        made = create_analyse(work, cast.it01.id, Hovud("Natt", "teneste", (Akse.LIV_HELSE,)))
        assert add_rad(work, made, Radinnhald("Fall", sannsyn=2, verdi={Akse.LIV_HELSE: 2})).id == 1
        db.commit()


def forged(cast: Cast, nr: str, steg: Steg) -> dict[str, object]:
    """Fields that would satisfy any step's own rules: only the table of steps is left to refuse it."""
    sent: dict[str, object] = {"tekst": "Forsøk", "grunngiving": "Forsøk", "arsak": "utstyr", "utfall": "opplaering", "alvor": "1"}
    sent |= {"eining": "HO-IT-02", "person": cast.astrid.ansattnr, "ansvarleg": cast.kari.ansattnr, "frist": "2026-12-24"}
    sent |= {"tittel": "Test", "nr": nr, "gjer": "legg-til", "meldeplikt": "brann", "rad": "1", **SEVERITY}
    if steg is Steg.PROSEDYRE:
        sent |= {"gjer": "ny"}
    return sent | ({"fil": (_picture(), "rom.png")} if steg is Steg.VEDLEGG else {})


def test_a_reporter_takes_no_handlers_step(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr, other = file_case(), file_case()
    before = load(nr)
    for steg in set(Steg) - {Steg.SVAR_SPORSMAL, Steg.VEDLEGG, Steg.INNVENDING}:
        assert post(cast.kari, nr, steg, **forged(cast, other, steg)).status_code == 404, steg
    after = load(nr)
    assert (after.status, after.version, after.sakshandsamar_id) == (before.status, before.version, before.sakshandsamar_id)


def test_a_neighbour_finds_no_case_to_take_a_step_in_and_each_attempt_is_noted(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases
) -> None:
    nr = file_case()
    for steg in Steg:
        assert post(cast.nils, nr, steg, **forged(cast, nr, steg)).status_code == 404, steg
    with databases.reading() as db:
        noted = db.scalars(select(Leselogg.avvist).where(Leselogg.person_id == cast.nils.id)).all()
    assert noted == [True] * len(Steg)


@pytest.mark.usefixtures("risk_row")
def test_no_step_but_opening_again_is_open_in_an_ended_case(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr, other = file_case(), file_case()
    assert post(cast.leif, nr, "avvis", grunngiving="Dette er eit ynske, ikkje eit avvik.").status_code == 303
    version = load(nr).version
    for person in (cast.leif, cast.kari):
        for steg in set(Steg) - {Steg.GJENOPNE, Steg.INNVENDING}:
            assert post(person, nr, steg, **forged(cast, other, steg)).status_code in {404, 409}, (person.namn, steg)
    assert (load(nr).status, load(nr).version) == (Status.AVVIST, version)


@pytest.mark.usefixtures("risk_row")
def test_a_handler_may_take_each_step_that_the_same_fields_were_refused_for(cast: Cast, file_case: FileCase, post: Post) -> None:
    for steg in set(Steg) - {Steg.SVAR_SPORSMAL, Steg.VENT_EFFEKT, Steg.LUKK, Steg.GJENOPNE, Steg.INNVENDING}:
        nr, other = file_case(), file_case()
        assert post(cast.leif, nr, steg, **forged(cast, other, steg)).status_code == 303, steg


def test_a_forwarded_case_is_handled_by_the_other_units_leader(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr = file_case()
    assert post(cast.leif, nr, "send-vidare", eining="HO-IT-02", grunngiving="Det hende i 2. etasje.").status_code == 303
    row = load(nr)
    assert (row.eining_id, row.sakshandsamar_id, row.status) == (cast.it02.id, cast.nils.id, Status.MELD)
    assert post(cast.nils, nr, "svar", tekst="Takk, vi ser på det.").status_code == 303
    assert post(cast.leif, nr, "svar", tekst="Eg òg.").status_code == 404


def test_a_step_that_takes_the_case_out_of_her_sight_leads_to_her_list_and_says_so(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase
) -> None:
    leif = client_for(cast.leif)
    for steg, fields in (
        ("send-vidare", {"eining": "HO-IT-02", "grunngiving": "Det hende i 2. etasje."}),
        ("varsel", {"grunngiving": "Det er eit varsel."}),
        ("gjeld-leiar", {"grunngiving": "Saka gjeld meg."}),
    ):
        nr = file_case()
        answer = leif.post(f"/avvik/{nr}/{steg}?liste=opne", data={"csrf_token": csrf(leif), **fields})
        assert (answer.status_code, answer.location) == (303, "/avvik/?liste=opne"), steg
        assert f"{nr} er no hos andre" in leif.get(answer.location).text
    kept = leif.post(f"/avvik/{file_case()}/tildel", data={"csrf_token": csrf(leif), "person": cast.astrid.ansattnr})
    assert leif.get(kept.location).status_code == 200


def test_a_case_is_never_given_to_its_own_reporter(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr = file_case()
    refused = post(cast.leif, nr, "tildel", person=cast.kari.ansattnr)
    assert refused.status_code == 422
    assert load(nr).sakshandsamar_id == cast.leif.id
    assert post(cast.leif, nr, "tildel", person=cast.astrid.ansattnr).status_code == 303
    assert load(nr).sakshandsamar_id == cast.astrid.id
    assert post(cast.astrid, nr, "svar", tekst="Eg har fått saka.").status_code == 303


def test_whistleblowing_leaves_the_line_at_once_also_for_her_who_marks_it(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, load: Load
) -> None:
    nr = file_case(skildring="Kanarifugl-varsel")
    assert post(cast.leif, nr, "varsel", grunngiving="Det gjeld kritikkverdige forhold.").status_code == 303
    assert load(nr).er_varsel
    for person in (cast.leif, cast.kval, cast.signe, cast.vera):
        assert client_for(person).get(f"/avvik/{nr}").status_code == 404
        assert "Kanarifugl" not in client_for(person).get("/avvik/?liste=alle").text
        assert f"/avvik/{nr}" not in client_for(person).get("/avvik/?liste=alle").text


def test_a_case_marked_as_about_the_leader_moves_up_and_hides_its_measures(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, load: Load, databases: Databases
) -> None:
    nr = file_case()
    sent = {"tittel": "Sjekk vaktlista", "ansvarleg": cast.leif.ansattnr, "frist": "2026-12-24"}
    assert post(cast.leif, nr, "tiltak", **sent).status_code == 303
    assert post(cast.kval, nr, "gjeld-leiar", grunngiving="Saka handlar om leiinga.").status_code == 303
    row = load(nr)
    assert (row.sakshandsamar_id, row.sensitiv_gruppe) == (cast.signe.id, "leiarsak")
    assert client_for(cast.leif).get(f"/avvik/{nr}").status_code == 404
    assert client_for(cast.astrid).get(f"/avvik/{nr}").status_code == 404
    assert client_for(cast.signe).get(f"/avvik/{nr}").status_code == 200
    with databases.reading() as db:
        measure = db.scalars(select(Tiltak).join(AvvikTiltak, AvvikTiltak.tiltak_id == Tiltak.id)).one()
        assert measure.skjerma
        assert set(db.scalars(select(AvvikInhabil.person_id))) == {cast.leif.id, cast.astrid.id}


def test_a_hidden_name_is_opened_with_a_reason_that_the_reporter_sees(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, databases: Databases
) -> None:
    nr = file_case(konfidensiell=True)
    page = client_for(cast.kval).get(f"/avvik/{nr}").text
    assert "<dt>Meldt av</dt><dd>meldaren</dd>" in page
    assert "Meldt av meldaren. Kvittering gitt." in page
    assert post(cast.kval, nr, "namn", grunngiving="").status_code == 422
    opened = post(cast.kval, nr, "namn", grunngiving="Vi må spørje om medisinsk utstyr.")
    assert opened.status_code == 200
    assert "Meldaren er Kari Tilsett." in opened.text
    assert "Meldaren er Kari Tilsett." not in client_for(cast.kval).get(f"/avvik/{nr}").text
    mine = client_for(cast.kari).get(f"/avvik/{nr}").text
    assert "Kval Kvalitet opna namnet" in mine
    assert "Vi må spørje om medisinsk utstyr." in mine
    with databases.reading() as db:
        assert "namn" in set(db.scalars(select(Leselogg.kva).where(Leselogg.person_id == cast.kval.id)))
    for person in (cast.leif, cast.signe, cast.rita):
        assert post(person, nr, "namn", grunngiving="Eg vil vite.").status_code == 404


def test_letters_of_a_case_never_hold_its_text(cast: Cast, file_case: FileCase, post: Post, databases: Databases) -> None:
    nr = file_case(skildring="Kanarifugl i meldinga")
    post(cast.leif, nr, "svar", tekst="Kanarifugl i svaret")
    post(cast.leif, nr, "sporsmal", tekst="Kanarifugl i spørsmålet")
    post(cast.kari, nr, "svar-sporsmal", tekst="Kanarifugl i opplysninga")
    with databases.reading() as db:
        letters = db.scalars(select(Epost)).all()
    assert {row.til_person_id for row in letters} >= {cast.leif.id, cast.kari.id}
    assert not [row for row in letters if "Kanarifugl" in row.emne + row.tekst]


def test_an_attachment_is_reached_through_its_own_case_only_and_the_reading_is_noted(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, databases: Databases
) -> None:
    nr, other = file_case(), file_case()
    leif = client_for(cast.leif)
    sent = {"csrf_token": csrf(leif), "fil": (_picture(), "rom.png")}
    answer = leif.post(f"/avvik/{nr}/vedlegg", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    with databases.reading() as db:
        public = db.scalars(select(Fil.offentleg_id)).one()
    got = leif.get(f"/avvik/{nr}/vedlegg/{public}")
    assert got.status_code == 200
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    got.close()
    assert leif.get(f"/avvik/{other}/vedlegg/{public}").status_code == 404
    assert client_for(cast.nils).get(f"/avvik/{nr}/vedlegg/{public}").status_code == 404
    with databases.reading() as db:
        assert "vedlegg" in set(db.scalars(select(Leselogg.kva).where(Leselogg.person_id == cast.leif.id)))


def _picture() -> io.BytesIO:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(drawn, "PNG")
    drawn.seek(0)
    return drawn


def test_a_stale_row_under_the_step_is_a_conflict_with_the_text(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    nr = file_case()
    plain = actions.add_cause

    def slow(work: Work, avvik: Avvik, arsaker: dict[str, str]) -> None:
        work.db.execute(update(Avvik).where(Avvik.id == avvik.id).values(version=99).execution_options(synchronize_session=False))
        plain(work, avvik, arsaker)

    monkeypatch.setattr(actions, "add_cause", slow)
    leif = client_for(cast.leif)
    sent = {"csrf_token": csrf(leif), "arsak": "utstyr", "kvifor": "Batteriet var tomt"}
    answer = leif.post(f"/avvik/{nr}/arsak", data=sent)
    assert answer.status_code == 409
    assert "Batteriet var tomt" in answer.text


def test_a_case_is_given_only_to_somebody_who_may_handle_it_there(
    cast: Cast, file_case: FileCase, post: Post, client_for: ClientFor
) -> None:
    nr = file_case()
    for person in (cast.nina, cast.nils, cast.adam, cast.lise, cast.rita):
        assert post(cast.leif, nr, "tildel", person=person.ansattnr).status_code == 422
        assert person is cast.rita or client_for(person).get(f"/avvik/{nr}").status_code == 404
    assert post(cast.leif, nr, "tildel", person=cast.astrid.ansattnr).status_code == 303
    assert client_for(cast.astrid).get(f"/avvik/{nr}").status_code == 200


@pytest.mark.parametrize("steg", ["varsel", "gjeld-leiar"])
def test_a_refused_reason_stands_in_its_step_again(cast: Cast, file_case: FileCase, post: Post, steg: str) -> None:
    answer = post(cast.leif, file_case(), steg, grunngiving="Olav Nilsen sa det.")
    assert answer.status_code == 422
    assert 'data-feil="stadfest"' in answer.text
    assert "Olav Nilsen sa det." in answer.text
