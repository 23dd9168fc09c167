"""Language: nynorsk as written, the two others from their catalogues, numbers and dates as each language has them."""

from datetime import UTC, date, datetime

import pytest

from kjerne import i18n
from kjerne.i18n import language, lazy

NIGHT = datetime(2026, 11, 22, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize(("sprak", "text"), [("nn", "Leiar"), ("nb", "Leder"), ("en", "Leader"), ("se", "Leiar")])
def test_a_text_follows_the_language_in_force(sprak: str, text: str) -> None:
    label = lazy("Leiar")
    with language(sprak):
        assert i18n.gettext("Leiar") == text
        assert str(label) == text
    assert i18n.current() == "nn"


def test_a_text_nobody_has_translated_shows_the_nynorsk() -> None:
    with language("en"):
        assert i18n.gettext("Finst ikkje i noka katalog %(n)s", n=3) == "Finst ikkje i noka katalog 3"


def test_a_label_is_escaped_in_a_page() -> None:
    assert lazy("<b>&").__html__() == "&lt;b&gt;&amp;"


@pytest.mark.parametrize(
    ("sprak", "day", "moment"),
    [
        ("nn", "23. november 2026", "23. nov. 2026 kl. 00:05"),
        ("nb", "23. november 2026", "23. nov. 2026 kl. 00:05"),
        ("en", "23 November 2026", "23 Nov 2026 at 00:05"),
    ],
)
def test_dates_are_oslos_and_in_the_language(sprak: str, day: str, moment: str) -> None:
    with language(sprak):
        assert i18n.fdate(NIGHT) == day
        assert i18n.fdate(date(2026, 11, 23)) == day
        assert i18n.ftime(NIGHT) == moment
        assert i18n.fclock(NIGHT) == "00:05"
        assert i18n.fdate(None) == "–"


@pytest.mark.parametrize(("sprak", "shown"), [("nn", "12\xa0345,7"), ("nb", "12\xa0345,7"), ("en", "12,345.7")])
def test_numbers_have_the_languages_own_marks(sprak: str, shown: str) -> None:
    with language(sprak):
        assert i18n.fnumber(12345.678, 1) == shown


@pytest.mark.parametrize(("num", "text"), [(0, "0 saker"), (1, "1 sak"), (2, "2 saker")])
def test_plurals(num: int, text: str) -> None:
    assert i18n.ngettext("%(num)s sak", "%(num)s saker", num) == text


def test_two_at_once_do_not_share_a_language() -> None:
    with language("en"):
        with language("nb"):
            assert i18n.current() == "nb"
        assert i18n.current() == "en"
