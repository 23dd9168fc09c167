"""The identity guard: what it refuses, warns about and lets through; the page's copy agrees; a long line costs no more."""

import json
import random
import re
import shutil
import subprocess
import time
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kjerne import i18n, identitet
from kjerne.identitet import Kind, find

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
CASES = json.loads(Path(__file__).with_name("identitet_cases.json").read_text(encoding="utf-8"))
W1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
W2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def sums(digits: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False)) % 11


def made(day_month: str, rest: str = "99", *, remainder: int = 0, second: int = 0, start: int = 567) -> str:
    """A number with these control remainders, written from the published rule and not from the code under test."""
    for individual in range(start, start + 100):
        head = f"{day_month}{rest}{individual:03}"
        first = (remainder - sums(head, W1)) % 11
        last = (second - sums(f"{head}{first}", W2)) % 11
        if first < 10 and last < 10:
            return f"{head}{first}{last}"
    raise AssertionError(day_month)


NUMBERS = {
    "A": made("3112"),
    "D": made("7112"),
    "H": made("3152"),
    "S": made("3192"),
    "B": made("5152"),
    "C": made("5192"),
    "N": made("0101", remainder=1),
    "M": made("2902", "04", remainder=3),
    "X": made("0101", remainder=4),
    "U": made("3113"),
}


def filled(text: str) -> str:
    """{A} is the number A, {A:0:6} its first six digits."""
    return re.sub(r"\{([A-Z])(?::(\d+):(\d+))?\}", lambda hit: NUMBERS[hit[1]][int(hit[2] or 0) : int(hit[3] or 11)], text)


def answer(text: str, known: list[str]) -> list[list[Any]]:
    return [
        [finding.kind.value, finding.start, finding.end, finding.text]
        for finding in find(text, today=TODAY, known_words=frozenset(known))
    ]


@cache
def node() -> str:
    found = shutil.which("node") or str(ROOT / ".nodeenv/bin/node")
    assert Path(found).exists(), "node is missing: run `make env`"
    return found


def in_the_page(questions: list[tuple[str, list[str]]]) -> list[list[list[Any]]]:
    """What identitet.js answers, its UTF-16 indexes turned into code points."""
    script = f"""
        import {{ find }} from {json.dumps((ROOT / "static/src/identitet.js").as_uri())};
        let raw = ""; for await (const part of process.stdin) raw += part;
        const points = (text, index) => [...text.slice(0, index)].length;
        process.stdout.write(JSON.stringify(JSON.parse(raw).map(([text, knownWords]) =>
            find(text, {{ today: "{TODAY}", knownWords }}).map(({{ kind, start, end, text: found }}) =>
                [kind, points(text, start), points(text, end), found]))));"""
    done = subprocess.run(
        [node(), "--no-warnings", "--input-type=module", "-e", script],
        input=json.dumps(questions).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_the_generator_makes_the_published_example():
    assert NUMBERS["A"] == "31129956715"
    assert sums(NUMBERS["N"], W1) + int(NUMBERS["N"][9]) in {1, 12}, "only the rule of 2032 accepts it"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_a_case_of_the_shared_table(case):
    text = filled(case["text"])
    found = [
        [finding.kind.value, finding.text] for finding in find(text, today=TODAY, known_words=frozenset(case.get("known", [])))
    ]
    assert found == [[kind, filled(part)] for kind, part in case["found"]]


def test_the_page_answers_as_the_server_on_the_shared_table():
    questions = [(filled(case["text"]), case.get("known", [])) for case in CASES]
    assert in_the_page(questions) == [answer(*question) for question in questions]


def test_the_page_answers_as_the_server_on_a_thousand_scrambled_texts():
    rng = random.Random(20261122)
    parts = [filled(word) for case in CASES for word in re.split(r"(?<=\s)", case["text"])]
    parts += [
        " ",
        "\n",
        ".",
        "-",
        "/",
        "12",
        "3",
        "1945",
        "Kari",
        "de",
        "٣",
        "７",
        "①",
        "é",
        "\u0301",
        "\u00ad",
        "😀",
        "𝟗",
        "ﬁ",
        "İ",
        "ǅ",
        "ß",
    ]
    questions = [("".join(rng.choices(parts, k=rng.randint(1, 12))), ["Hå sjukeheim 2. etasje"]) for _ in range(1000)]
    theirs = in_the_page(questions)
    different = [
        (question[0], page, answer(*question))
        for question, page in zip(questions, theirs, strict=True)
        if page != answer(*question)
    ]
    assert different == []
    assert sum(map(len, theirs)) > 500, "the texts must hold something to find"


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\u0966", "\uff10", "\U0001d7ce"])
def test_digits_of_other_scripts_are_digits(zero):
    text = "nr " + "".join(chr(ord(zero) + int(digit)) for digit in NUMBERS["A"]) + " x"
    assert answer(text, []) == [["nummer", 3, 14, text[3:14]]]


def test_every_valid_number_is_found_and_most_invalid_ones_are_not():
    rng = random.Random(1)
    random_numbers = [f"{rng.randrange(10**11):011}" for _ in range(20_000)]
    refused = sum(1 for number in random_numbers if identitet.is_identity_number(number))
    assert 20 < refused < 400, "about 0.7 % of random numbers pass date and both controls"
    for remainder in range(4):
        for month in ("01", "41", "81"):
            assert identitet.is_identity_number(made(f"15{month}", remainder=remainder))
    assert not any(identitet.is_identity_number(made("1501", remainder=remainder)) for remainder in range(4, 10))
    assert not any(identitet.is_identity_number(made("1501", second=second)) for second in range(1, 10))


def test_leap_days_exist_only_in_leap_years():
    assert identitet.is_identity_number(made("2902", "96"))
    assert not identitet.is_identity_number(made("2902", "97"))


def test_indexes_point_into_the_text_as_it_was_given():
    text = "ﬁn e\u0301n " + NUMBERS["A"][:6] + "\u200b\u00a0" + NUMBERS["A"][6:] + " 😀 Kari Nordmann"
    for finding in find(text, today=TODAY):
        assert text[finding.start : finding.end] == finding.text
    assert [finding.kind for finding in find(text, today=TODAY)] == [Kind.NUMMER, Kind.NAMN]


def test_only_numbers_block_and_all_else_warns():
    found = find(f"Olav Nilsen {NUMBERS['S']} ring 51 79 30 00", today=TODAY)
    assert [finding.kind for finding in identitet.blocks(found)] == [Kind.NUMMER]
    assert [finding.kind for finding in identitet.warns(found)] == [Kind.NAMN, Kind.TELEFON]


def test_the_sentence_quotes_the_text_in_each_language():
    (finding,) = find("100 % Olav Nilsen", today=TODAY)
    assert identitet.message(finding) == "«Olav Nilsen» ser ut som eit namn. Meldinga skal ikkje vise kven pasienten er."
    sentences = set()
    for sprak in i18n.SPRAK:
        with i18n.language(sprak):
            sentences.add(identitet.message(finding))
    assert len(sentences) == 3
    assert all("Olav Nilsen" in sentence for sentence in sentences)


HARD = [
    "1",
    "1 ",
    "12.",
    "a",
    "a@",
    "a.",
    "A",
    "Aa ",
    "Aa de ",
    "A. ",
    "-",
    "'a",
    "12/",
    "+",
    "47 ",
    "fødd ",
    "\u0301",
    "é",
    "Hå sjukeheim ",
]


@pytest.mark.parametrize("piece", HARD)
def test_the_work_grows_with_the_length_and_not_with_its_square(piece):
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        best = 1e9
        for _ in range(3):
            began = time.process_time()
            find(text, today=TODAY, known_words=frozenset({"Hå sjukeheim 2. etasje"}))
            best = min(best, time.process_time() - began)
        return best

    # Sixteen times as long: 16 times the work when linear, 256 when quadratic. A ratio in between, wide of both.
    assert seconds(160_000) < 80 * max(seconds(10_000), 0.001)


def test_a_megabyte_in_one_line_gets_an_answer():
    text = "Aa1 " * 250_000 + NUMBERS["A"]
    assert [finding.kind for finding in find(text, today=TODAY)][-1] is Kind.NUMMER
