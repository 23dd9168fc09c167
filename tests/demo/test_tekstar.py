"""The demo texts: enough of them, in both languages, and never anything that could point at a person."""

import csv
import random
from datetime import date, datetime
from pathlib import Path

import pytest

from demo.namn import draw_names
from demo.tekstar import MILJO, Fortelling, categories, describe
from kjerne.identitet import find

ROT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
SPRAK = ("nn", "nb")
STORE = {
    "legemiddel_ikkje_gitt",
    "legemiddel_feil_dose",
    "legemiddel_feil_tid",
    "legemiddel_multidose",
    "fall_utan_skade",
    "fall_med_skade",
    "pleie_manglande",
    "dokumentasjon",
    "vald_trussel_tilsett",
    "bemanning_underskudd",
}
# Words that exist in one of the two languages only; a text of the other must not hold them.
FRAMANDE = {
    "nn": {"ikke", "jeg", "ble", "hun", "fikk", "hjem", "uke", "beboeren", "brukeren", "noen", "enheten", "mer", "hva"},
    "nb": {"ikkje", "eg", "blei", "fekk", "heim", "veke", "bebuaren", "brukaren", "nokon", "eininga", "meir", "kva"},
}


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a `;` separated file with a header."""
    with path.open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil, delimiter=";"))


UNDERKATEGORIAR = [rad["kode"] for rad in read_rows(ROT / "kjerne" / "startsett" / "underkategori.csv")]
ARSAKER = {rad["kode"] for rad in read_rows(ROT / "kjerne" / "startsett" / "arsak.csv")}


def texts(story: Fortelling) -> list[str]:
    """Every text of a story."""
    return [
        story.skildring,
        story.strakstiltak,
        story.svar,
        story.sluttsvar,
        story.kommentar,
        story.arsaksnotat,
        *story.tiltak,
    ]


def words(text: str) -> set[str]:
    """The words of a text, small letters, no punctuation."""
    return {word.strip(".,:;?!«»").lower() for word in text.split()}


def test_every_subcategory_has_texts_and_no_others() -> None:
    assert categories() == set(UNDERKATEGORIAR)


@pytest.mark.parametrize("sprak", SPRAK)
@pytest.mark.parametrize("underkategori", UNDERKATEGORIAR)
def test_texts_vary_and_identify_nobody(underkategori: str, sprak: str) -> None:
    rng = random.Random(f"{underkategori}-{sprak}")
    stories = [describe(rng, underkategori, sprak) for _ in range(1000)]
    different = {story.skildring for story in stories}
    assert len(different) >= (700 if underkategori in STORE else 400), "too few different texts in 1,000 draws"
    for text in {text for story in stories[:250] for text in texts(story)}:
        assert not find(text, today=TODAY), text
        assert "{" not in text, text
        assert "  " not in text, text
        assert text[0] == text[0].upper(), text
        assert not words(text) & FRAMANDE[sprak], text


def test_two_thousand_mixed_draws_hardly_repeat() -> None:
    rng = random.Random(2026)
    drawn = [describe(rng, rng.choice(UNDERKATEGORIAR), rng.choice(SPRAK)).skildring for _ in range(2000)]
    assert len(set(drawn)) >= 1980


@pytest.mark.parametrize("underkategori", UNDERKATEGORIAR)
def test_cause_is_a_code_of_the_list(underkategori: str) -> None:
    rng = random.Random(7)
    for _ in range(20):
        assert describe(rng, underkategori, "nn").arsak in ARSAKER


def test_the_same_seed_tells_the_same_story() -> None:
    first = [describe(random.Random(4), kode, "nb") for kode in UNDERKATEGORIAR]
    assert first == [describe(random.Random(4), kode, "nb") for kode in UNDERKATEGORIAR]
    assert first != [describe(random.Random(5), kode, "nb") for kode in UNDERKATEGORIAR]


def test_weekday_and_hour_follow_the_time_given() -> None:
    sunday_night = datetime(2026, 11, 22, 3, 10)  # noqa: DTZ001 - Oslo wall time, as the form gives it
    rng = random.Random(11)
    drawn = [describe(rng, "legemiddel_feil_tid", "nn", tidspunkt=sunday_night).skildring for _ in range(500)]
    assert any("søndag" in text for text in drawn)
    assert not any(day in text for text in drawn for day in ("måndag", "tysdag", "onsdag", "fredag", "laurdag"))
    assert not any("om kvelden" in text for text in drawn)


def test_surroundings_decide_what_can_happen() -> None:
    rng = random.Random(12)
    home = " ".join(describe(rng, "fall_utan_skade", "nn", miljo="heim").skildring for _ in range(300))
    ward = " ".join(describe(rng, "fall_utan_skade", "nn", miljo="institusjon").skildring for _ in range(300))
    assert "brukaren" in home.lower()
    assert "bebuar" not in home.lower()
    assert "på kjøkkenet" not in ward
    for miljo in MILJO:
        for kode in UNDERKATEGORIAR:
            assert describe(rng, kode, "nb", miljo=miljo).skildring


@pytest.mark.parametrize("fil", sorted((ROT / "demo" / "data").glob("*.csv")), ids=lambda fil: fil.stem)
def test_both_languages_are_filled_in(fil: Path) -> None:
    for rad in read_rows(fil):
        assert rad["nn"].strip(), rad
        assert rad["nb"].strip(), rad


def test_units_form_one_tree_shaped_like_a_sector() -> None:
    rader = read_rows(ROT / "demo" / "einingar.csv")
    kodar = [rad["kode"] for rad in rader]
    assert len(rader) == len(set(kodar)) == len({rad["namn"] for rad in rader}) == 46
    assert [rad["kode"] for rad in rader if not rad["overordna"]] == ["HO"]
    for nummer, rad in enumerate(rader):
        assert not rad["overordna"] or rad["overordna"] in kodar[:nummer], rad
    niva = [rad["nivå"] for rad in rader]
    assert {n: niva.count(n) for n in niva} == {"sektor": 1, "stab": 1, "avdeling": 6, "eining": 38}


def test_names_are_different_people() -> None:
    namn = draw_names(random.Random(1), 887)
    assert len({person.heile for person in namn}) == 887
    assert namn == draw_names(random.Random(1), 887)
    with pytest.raises(ValueError, match="different names"):
        draw_names(random.Random(1), 100_000)
