"""The starter set of reference data: complete, consistent and in three languages.

The code lists below are written by hand from the domain facts, so that a code that
disappears from a file (outside programs and figures depend on it) fails here.
"""

import csv
import datetime as dt
from pathlib import Path

import pytest

from kjerne.katalog import TABLES

STARTSETT = Path(__file__).resolve().parents[2] / "kjerne" / "startsett"
SPRAK = ("nn", "nb", "en")

HOVUDTYPAR = """pasient_brukar hms info_personvern brann ytre_miljo okonomi bygg_utstyr
sakshandsaming organisasjon samhandling"""

UNDERKATEGORIAR = {
    "pasient_brukar": """legemiddel_ikkje_gitt legemiddel_feil_dose legemiddel_feil_person
        legemiddel_feil_tid legemiddel_feil_legemiddel legemiddel_liste legemiddel_multidose
        legemiddel_oppbevaring fall_utan_skade fall_med_skade trykksar ernaering pleie_manglande
        besok_uteblive forverring_ikkje_oppdaga observasjon_oppfolging sakna_person
        vald_bebuar_bebuar overgrep_krenking tvang_utan_vedtak smitte_hygiene medisinsk_utstyr
        velferdsteknologi hjelpemiddel dokumentasjon informasjon_parorande transport""",
    "samhandling": "utskriving epikrise_pll fastlege intern_overlapp",
    "hms": """vald_trussel_tilsett stikkskade belastning_ergonomi fall_tilsett psykososialt
        arbeidstid kjemikalie inneklima aleinearbeid""",
    "organisasjon": "bemanning_underskudd kompetanse_mangel rutine_manglar",
    "info_personvern": "uvedkomande_innsyn feilsending snoking tapt_utstyr ikt_nede",
    "brann": "brannalarm roming el_feil",
    "bygg_utstyr": "reinhald_bygg",
    "ytre_miljo": "avfall_utslipp",
    "sakshandsaming": "frist_vedtak ikkje_iverksett",
    "okonomi": "svinn innkjop",
    "": "anna",
}

KODAR = {
    "hovudtype": HOVUDTYPAR,
    "underkategori": " ".join(UNDERKATEGORIAR.values()),
    "art": "avvik uonskt_hending nesten observasjon forbetring skryt",
    "alvorsgrad": "ingen lag middels hog kritisk",
    "arsak": """rutine_ikkje_folgd rutine_mangla opplaering bemanning kommunikasjon dokumentasjon
        utstyr ikt lokale organisering menneskeleg brukarforhold samarbeid_ekstern ukjend""",
    "utfall": "prosedyre_endra ny_prosedyre ny_praksis opplaering utstyr_bygg ingen",
    "meldeplikt": """alvorleg_hending_a alvorleg_hending_b unaturleg_dodsfall informere_pasient
        arbeidsulykke_alvorleg yrkesskade_nav personvern_brot personvern_hog_risiko
        medisinsk_utstyr elmed_dodsfall el_ulykke legemiddel_biverknad smitte_enkelttilfelle
        smitte_utbrot matboren straling brann forureining vald_mot_bebuar barn_bekymring
        tvang_enkeltepisode tvang_4a pasienttryggleik_fare legemiddel_svinn ikt_hending
        varsel_aml""",
    "yrke": """lege sjukepleiar spes_sjukepleiar vernepleiar ergoterapeut fysioterapeut
        helsesjukepleiar jordmor sosionom helsefagarbeidar hjelpepleiar_omsorgsarb fagskule
        assistent laerling student ernaering psykolog leiar reinhald""",
    "oppbevaring": """avvik avvik_alvorleg hms_skade prosedyre ros_plan kompetanse lese_forstatt
        logg brev varsel""",
    "tilleggsfelt": """personskade skadde_rolle skadetype kroppsdel fravaersdagar aleine valdsform
        politi_meldt kjent_dato tal_personar datatypar folgjer tiltak_personvern rakte_informerte
        utstyr_id utstyr_produsent utstyr_sikra legemiddelgruppe legemiddelsteg""",
}
UTAN_KODE = {"frist", "kopi", "meldeplikt_kopling"}
ROLLER = {
    "tilsett",
    "leiar",
    "kvalitetskoordinator",
    "kommunalsjef",
    "leiing",
    "verneombod",
    "personvernombod",
    "fagansvarleg",
    "brannvernleiar",
    "informasjonstryggleik",
    "hr",
    "administrator",
    "revisor",
}


def read_rows(namn: str) -> list[dict[str, str]]:
    """The rows of one file; a row with too many or too few cells fails the test."""
    with (STARTSETT / f"{namn}.csv").open(encoding="utf-8", newline="") as fil:
        rader = list(csv.DictReader(fil, delimiter=";"))
    assert rader, f"{namn}.csv is empty"
    for rad in rader:
        assert None not in rad, f"{namn}.csv: too many cells in {rad}"
        assert None not in rad.values(), f"{namn}.csv: too few cells in {rad}"
    return rader


def read_codes(namn: str) -> set[str]:
    """All codes of one file."""
    return {rad["kode"] for rad in read_rows(namn)}


def test_every_file_is_known() -> None:
    assert {fil.stem for fil in STARTSETT.glob("*.csv")} == set(KODAR) | UTAN_KODE


@pytest.mark.parametrize("namn", sorted(KODAR))
def test_codes_are_unique_and_exactly_those_of_the_domain(namn: str) -> None:
    kodar = [rad["kode"] for rad in read_rows(namn)]
    assert len(kodar) == len(set(kodar))
    assert set(kodar) == set(KODAR[namn].split())


@pytest.mark.parametrize("namn", sorted(KODAR))
def test_every_text_exists_in_all_languages(namn: str) -> None:
    for rad in read_rows(namn):
        assert all(rad[s].strip() for s in SPRAK), f"{namn}: {rad['kode']} lacks a name"
        for kolonne in rad:
            rot, _, slutt = kolonne.rpartition("_")
            if not rot or slutt not in SPRAK:
                continue
            fylt = {bool(rad[f"{rot}_{s}"].strip()) for s in SPRAK}
            assert len(fylt) == 1, f"{namn}: {rad['kode']}: {rot} lacks a language"
            if rot != "val":
                assert fylt == {True}, f"{namn}: {rad['kode']}: {rot} is empty"


@pytest.mark.parametrize("namn", sorted(set(KODAR) | UTAN_KODE))
def test_cells_have_no_stray_blanks_and_flags_are_0_or_1(namn: str) -> None:
    flagg = {
        "anonym",
        "konfidensiell",
        "serie",
        "tel_som_avvik",
        "endra_praksis",
        "krev_grunngiving",
        "straks",
        "krev_personskade",
        "bevar",
    }
    for rad in read_rows(namn):
        for kolonne, verdi in rad.items():
            assert verdi == " ".join(verdi.split()), f"{namn}: {rad}: {kolonne}"
            if kolonne in flagg:
                assert verdi in {"0", "1"}, f"{namn}: {rad}: {kolonne}"


def test_subcategories_lie_under_their_main_type() -> None:
    for rad in read_rows("underkategori"):
        assert rad["kode"] in UNDERKATEGORIAR[rad["hovudtype"]].split()


def test_sensitive_groups_and_series() -> None:
    rader = {rad["kode"]: rad for rad in read_rows("underkategori")}
    gruppe = {kode: rad["sensitiv_gruppe"] for kode, rad in rader.items() if rad["sensitiv_gruppe"]}
    assert gruppe == {
        "uvedkomande_innsyn": "personvern",
        "feilsending": "personvern",
        "snoking": "personvern",
        "tapt_utstyr": "personvern",
        "vald_trussel_tilsett": "vald",
    }
    serie = {kode for kode, rad in rader.items() if rad["serie"] == "1"}
    assert serie == {"fall_utan_skade", "legemiddel_ikkje_gitt", "legemiddel_feil_tid"}


def test_severity_levels_and_counting() -> None:
    niva = {rad["kode"]: int(rad["niva"]) for rad in read_rows("alvorsgrad")}
    assert niva == {"ingen": 1, "lag": 2, "middels": 3, "hog": 4, "kritisk": 5}
    ikkje = {rad["kode"] for rad in read_rows("art") if rad["tel_som_avvik"] == "0"}
    assert ikkje == {"forbetring", "skryt"}
    endra = {rad["kode"] for rad in read_rows("utfall") if rad["endra_praksis"] == "1"}
    assert endra == {"prosedyre_endra", "ny_prosedyre", "ny_praksis"}
    grunn = {rad["kode"] for rad in read_rows("utfall") if rad["krev_grunngiving"] == "1"}
    assert grunn == {"ingen"}


def test_deadlines_by_severity() -> None:
    frist = {
        int(rad["alvor"]): (
            int(rad["svar_arbeidsdagar"]),
            int(rad["start_dagar"]),
            int(rad["lukking_dagar"]),
            int(rad["eskaler_dagar"]),
            int(rad["eskaler_sektor_dagar"]),
        )
        for rad in read_rows("frist")
    }
    assert frist == {
        1: (3, 7, 30, 7, 14),
        2: (3, 7, 30, 7, 14),
        3: (3, 7, 21, 7, 14),
        4: (3, 7, 14, 1, 14),
        5: (3, 0, 14, 1, 14),
    }


def test_duties_have_a_usable_deadline_dates_and_source() -> None:
    rader = {rad["kode"]: rad for rad in read_rows("meldeplikt")}
    for kode, rad in rader.items():
        if kode != "varsel_aml":
            har_frist = rad["frist_timar"] or rad["frist_arbeidsdagar"]
            assert har_frist or rad["straks"] == "1", kode
        assert not (rad["frist_timar"] and rad["frist_arbeidsdagar"]), kode
        assert rad["stadfest"] in {"C", "U"}, kode
        assert rad["kjelde"], kode
        for dato in (rad["gjeld_fra"], rad["gjeld_til"]):
            if dato:
                dt.date.fromisoformat(dato)
    assert rader["personvern_brot"]["frist_timar"] == "72"
    assert rader["alvorleg_hending_b"]["frist_arbeidsdagar"] == "5"
    assert rader["elmed_dodsfall"]["frist_arbeidsdagar"] == "1"
    ventar = {kode for kode, rad in rader.items() if rad["gjeld_fra"] > "2026-11-22"}
    assert ventar == {"alvorleg_hending_b"}, "only the scheme that is not in force waits for its date"
    assert all(rad["gjeld_fra"] for rad in rader.values())


def duties_for(under: str, hovud: str, alvor: int, *, skade: bool) -> set[str]:
    """Duties the table gives for one case, read as the columns say."""
    return {
        rad["meldeplikt"]
        for rad in read_rows("meldeplikt_kopling")
        if rad["underkategori"] in {"", under}
        and rad["hovudtype"] in {"", hovud}
        and alvor >= int(rad["min_alvor"])
        and (skade or rad["krev_personskade"] == "0")
    }


def test_links_point_at_rows_that_exist() -> None:
    under, hovud = read_codes("underkategori"), read_codes("hovudtype")
    for rad in read_rows("meldeplikt_kopling"):
        assert rad["meldeplikt"] in read_codes("meldeplikt"), rad
        assert bool(rad["underkategori"]) != bool(rad["hovudtype"]), rad
        assert rad["underkategori"] in under | {""}, rad
        assert rad["hovudtype"] in hovud | {""}, rad
        assert 1 <= int(rad["min_alvor"]) <= 5, rad
    for rad in read_rows("kopi"):
        assert rad["hovudtype"] in hovud, rad
        assert rad["rolle"] in ROLLER, rad
        assert 1 <= int(rad["min_alvor"]) <= 5, rad
    for rad in read_rows("tilleggsfelt"):
        assert rad["hovudtype"] in hovud, rad
        for kode in filter(None, rad["underkategori"].split("|")):
            assert kode in UNDERKATEGORIAR[rad["hovudtype"]].split(), rad


@pytest.mark.parametrize(
    ("under", "hovud", "alvor", "skade", "ventar"),
    [
        ("feilsending", "info_personvern", 1, False, {"personvern_brot"}),
        ("ikt_nede", "info_personvern", 1, False, {"personvern_brot"}),
        (
            "tvang_utan_vedtak",
            "pasient_brukar",
            1,
            False,
            {"tvang_enkeltepisode", "tvang_4a"},
        ),
        ("medisinsk_utstyr", "pasient_brukar", 1, False, {"medisinsk_utstyr"}),
        ("stikkskade", "hms", 1, False, set()),
        ("stikkskade", "hms", 1, True, {"yrkesskade_nav", "arbeidsulykke_alvorleg"}),
        ("brannalarm", "brann", 1, False, {"brann"}),
        ("el_feil", "brann", 1, False, {"el_ulykke"}),
        ("overgrep_krenking", "pasient_brukar", 1, False, {"vald_mot_bebuar"}),
        ("vald_bebuar_bebuar", "pasient_brukar", 1, False, {"vald_mot_bebuar"}),
        ("legemiddel_oppbevaring", "pasient_brukar", 1, False, {"legemiddel_svinn"}),
        ("fall_utan_skade", "pasient_brukar", 3, False, set()),
        (
            "fall_utan_skade",
            "pasient_brukar",
            4,
            False,
            {
                "alvorleg_hending_a",
                "alvorleg_hending_b",
                "unaturleg_dodsfall",
                "informere_pasient",
                "pasienttryggleik_fare",
            },
        ),
    ],
)
def test_duties_open_for_the_right_cases(under: str, hovud: str, alvor: int, *, skade: bool, ventar: set[str]) -> None:
    assert duties_for(under, hovud, alvor, skade=skade) == ventar


def test_copies_go_to_the_roles_of_the_domain() -> None:
    straks = {(r["hovudtype"], r["rolle"]) for r in read_rows("kopi") if r["min_alvor"] == "1"}
    assert straks == {
        ("hms", "verneombod"),
        ("info_personvern", "personvernombod"),
        ("info_personvern", "informasjonstryggleik"),
        ("brann", "brannvernleiar"),
        ("samhandling", "kvalitetskoordinator"),
    }


def test_extra_fields_have_a_known_type_and_equal_choices() -> None:
    for rad in read_rows("tilleggsfelt"):
        assert rad["type"] in {"val", "tekst", "tal", "dato", "ja_nei"}, rad
        val = [rad[f"val_{s}"].split("|") if rad[f"val_{s}"] else [] for s in SPRAK]
        assert len({len(v) for v in val}) == 1, rad
        assert bool(val[0]) == (rad["type"] == "val"), rad
        assert all(len(v) == len(set(v)) for v in val), rad


def test_main_types_have_the_icons_of_the_design() -> None:
    rader = read_rows("hovudtype")
    assert {rad["ikon"] for rad in rader} == {
        "bed",
        "shield-plus",
        "people",
        "arrows",
        "wrench",
        "lock",
        "flame",
        "document",
        "coins",
        "leaf",
    }
    assert sorted(int(rad["rekkje"]) for rad in rader) == list(range(1, 11))


def test_retention_is_years_or_preservation_or_own_rule() -> None:
    for rad in read_rows("oppbevaring"):
        if rad["kode"] == "varsel":
            assert not rad["ar"]
            assert rad["bevar"] == "0"
        else:
            assert bool(rad["ar"]) != (rad["bevar"] == "1"), rad
        assert bool(rad["ar"]) == bool(rad["reknast_fra"]), rad


@pytest.mark.parametrize("namn", sorted(set(KODAR) | UTAN_KODE))
def test_texts_fit_their_columns(namn: str) -> None:
    tabell = TABLES[namn].__table__
    for rad in read_rows(namn):
        assert set(rad) <= set(tabell.c.keys()), "a column that no table reads"
        for kolonne, verdi in rad.items():
            lengd = getattr(tabell.c[kolonne].type, "length", None) if kolonne in tabell.c else None
            assert lengd is None or len(verdi) <= lengd, f"{namn}: {kolonne}: {verdi}"
