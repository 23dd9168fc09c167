"""The text layer: one rule for what people type, whichever database keeps it."""

import time
import unicodedata

import pytest

from kjerne import i18n
from kjerne.errors import Refused
from kjerne.text import BadText, bounded_int, clean


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Fall\x00 på\x07 bad\x1b", "Fall på bad"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("\u202efdp.exe\u202c og \u2066x\u2069 \u200e\u200f\u061c", "fdp.exe og x"),
        ("\ufeffTekst\u200b\u00ad", "Tekst"),
        ("A\u030al", "Ål"),
        ("  kant \t ", "kant"),
        ("\x85a\x9fb", "ab"),
        ("{{7*7}} ../ <b>", "{{7*7}} ../ <b>"),
        ("👩\u200d⚕️", "👩\u200d⚕️"),
        ("", ""),
    ],
)
def test_what_is_typed_is_kept_clean(typed, kept):
    assert clean(typed, max_len=100, multiline=True) == kept


@pytest.mark.parametrize(
    "mark", [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b\u00ad\x00\x1f\x7f\x9f"]
)
def test_no_direction_mark_or_control_character_is_kept(mark):
    assert clean(f"a{mark}b", max_len=100, multiline=True) == "ab"


def test_one_line_holds_no_line_break():
    assert clean("to\r\n\tord \u00a0 her\n", max_len=100, multiline=False) == "to ord her"


@pytest.mark.parametrize("bad", ["\ud800", "a\udfffb", "\udc00\ud800"])
def test_half_a_character_is_refused_with_a_sentence(bad):
    with pytest.raises(BadText, match="ikkje kan lagrast"):
        clean(bad, max_len=100, multiline=True)


@pytest.mark.parametrize("sprak", i18n.SPRAK)
def test_too_long_says_by_how_much(sprak):
    with i18n.language(sprak), pytest.raises(BadText) as caught:
        clean("x" * 1_107, max_len=1_000, multiline=True)
    assert "107" in caught.value.message
    assert caught.value.status == 422
    assert clean("x" * 1_000, max_len=1_000, multiline=True)


def test_the_length_is_counted_after_cleaning():
    assert clean("e\u0301\r\n" * 50, max_len=99, multiline=True) == ("é\n" * 50).strip()


def test_the_refusal_is_both_a_value_error_and_a_refusal():
    assert issubclass(BadText, ValueError)
    assert issubclass(BadText, Refused)


def test_a_pile_of_marks_is_cut_and_costs_no_square():
    def seconds(size: int) -> float:
        began = time.process_time()
        clean("a" + "\u0316\u0301" * size, max_len=10**6, multiline=True)
        return time.process_time() - began

    assert len(clean("a" + "\u0316\u0301" * 1000, max_len=3000, multiline=True)) <= 9
    # Sixteen times as long: 16 times the work when linear, 256 when quadratic.
    assert seconds(160_000) < 80 * max(seconds(10_000), 0.001)


def test_what_is_kept_can_be_stored_by_both_databases():
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x11000))))
    kept = clean(everything, max_len=10**6, multiline=True)
    assert "\x00" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept
    assert [char for char in kept if unicodedata.category(char) == "Cc"] == ["\t", "\n"] or set("\t\n").issuperset(
        char for char in kept if unicodedata.category(char) == "Cc"
    )
    assert unicodedata.is_normalized("NFC", kept)


@pytest.mark.parametrize(("typed", "number"), [("7", 7), (" 12 ", 12), ("٣", 3), ("−4", -4), ("+5", 5), ("007", 7), ("-10", -10)])
def test_a_whole_number_within_its_bounds(typed, number):
    assert bounded_int(typed, -10, 100) == number


@pytest.mark.parametrize(
    "typed",
    ["9" * 5000, "", "-", "+-5", "--5", "1.0", "1e3", "1_0", "nan", "101", "-11", str(2**63), "\ud800", "\x00", "1 2", "²³¹", "½"],
)
def test_any_other_number_is_refused_with_the_bounds(typed):
    with pytest.raises(BadText, match="heiltal frå"):
        bounded_int(typed, -10, 100)
