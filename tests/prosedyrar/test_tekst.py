"""Hostile text comes out harmless; the comparison says what was changed, and nothing else."""

import re

import pytest

from prosedyrar import rules, tekst
from prosedyrar.samanlikning import Slag, compare, words

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](//elsewhere.example/x)",
    "[a](/\\elsewhere.example)",
    "[a](file:///etc/passwd)",
    "![a](https://elsewhere.example/track.png)",
    "![a](/avvik/2026-1/vedlegg/00000000-0000-0000-0000-000000000001)",
    "![x](/prosedyrar/vedlegg/../../avvik/1)",
    "<a href='javascript:x'>a</a>",
    "<svg onload=alert(1)>",
    "<iframe src=https://elsewhere.example></iframe>",
    "<style>body{display:none}</style>",
    "| a |\n|:-:|\n| <b onclick=x>b</b> |",
    "[a]: javascript:alert(1)\n\n[a]",
    "<https://ok.example> <javascript:alert(1)>",
    '[a](https://ok.example "x\\" onmouseover=alert(1)")',
]
ALLOWED = re.compile(
    r"<(?!/?(?:p|br|hr|strong|em|s|code|pre|blockquote|ul|ol|li|a|img|div|h[2-6]|table|thead|tbody|tr|th|td)\b)[^>]*>"
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_harmless(text: str) -> None:
    page = str(tekst.html(f"Før\n\n{text}\n\nEtter"))
    assert not ALLOWED.findall(page), page
    tags = "".join(re.findall(r"<[^>]*>", page))
    assert "javascript" not in tags.lower()
    assert not re.search(r"<[^>]*\s(?:on\w+|style)\s*=\s*[^\"]", re.sub(r'"[^"]*"', '""', page))
    assert not re.search(r'(?:href|src)="(?:\w+:)?//[^"]*elsewhere', tags), "no way out of the house"
    assert "<img" not in page
    assert "Før" in page
    assert "Etter" in page


def test_our_own_image_and_good_links_stay() -> None:
    own = "/prosedyrar/vedlegg/12345678-1234-4234-9234-123456789abc"
    page = str(tekst.html(f"![kurve]({own}) [ut](https://helsedirektoratet.no/a) [brev](mailto:a@b.no) [inn](/prosedyrar/3#del-2)"))
    assert f'<img src="{own}" alt="kurve"' in page
    assert 'href="https://helsedirektoratet.no/a" rel="noopener noreferrer"' in page
    assert 'href="mailto:a@b.no"' in page
    assert 'href="/prosedyrar/3#del-2"' in page


def test_headings_follow_the_page_and_skip_no_level() -> None:
    page = str(tekst.html("# A\n\n#### B\n\n# C"))
    assert re.findall(r"<(h\d)", page) == ["h2", "h3", "h2"]
    assert rules.headings("# A\n\n```\n# B\n```\n\n## C ##\n#D") == ["A", "C"]


def test_a_checklist_is_boxes_to_look_at() -> None:
    page = str(tekst.html("- [ ] Hender\n- [x] Kurve\n- Vanleg"))
    assert "☐ Hender" in page
    assert "☑ Kurve" in page
    assert "<input" not in page


@pytest.mark.parametrize("text", ["> " * 5_000 + "x", "[" * 20_000, "*" * 20_000, "|a" * 5_000 + "\n" + "|-" * 5_000, "`" * 10_000])
def test_a_text_made_to_be_slow_is_drawn(text: str) -> None:
    assert tekst.html(text) is not None


def test_the_comparison_is_word_by_word() -> None:
    found = words("Signer på kurven straks.", "Signer elektronisk straks.")
    assert [(bit.slag, bit.tekst) for bit in found] == [
        (Slag.LIK, "Signer "),
        (Slag.UT, "på kurven"),
        (Slag.INN, "elektronisk"),
        (Slag.LIK, " straks."),
    ]


def test_lines_with_nothing_in_common_stand_whole() -> None:
    assert [bit.slag for bit in words("Ring legevakta.", "Bruk dobbel kontroll alltid")] == [Slag.UT, Slag.INN]


def test_equal_stretches_are_counted_and_both_texts_can_be_read_back() -> None:
    older = "\n\n".join(f"Linje {n}" for n in range(30))
    newer = older.replace("Linje 15", "Linje femten").replace("Linje 3\n", "")
    found = compare(older, newer)
    assert sum(line.hopp for line in found) > 5
    assert {bit.tekst for line in found for bit in line.bitar if bit.slag is Slag.INN} == {"femten"}
    assert compare(older, older) == []
