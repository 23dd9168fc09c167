"""Every text people read stands in nynorsk, bokmål and English, with the same values in it and nothing left over."""

import re

import pytest
from babel.messages.pofile import read_po

from scripts import texts

PLACE = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_text_lacks_a_translation(language: str) -> None:
    lacking = {one: sorted(text.files) for one, text in texts.missing(language).items()}
    assert not lacking, f"{len(lacking)} texts lack {language}; list them with scripts/texts.py: {list(lacking.items())[:5]}"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    left = texts.leftovers(language)
    assert not left, f"shown nowhere any more, remove from translations/{language}: {sorted(left)[:5]}"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_translation_has_the_same_values(language: str) -> None:
    wrong = [
        one
        for one, forms in texts.catalogue(language).items()
        if any(set(PLACE.findall(form)) - {"num"} != set(PLACE.findall(one)) - {"num"} for form in forms)
    ]
    assert not wrong, f"other %(names)s than the nynorsk text: {wrong}"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_two_catalogues_do_not_contradict_each_other(language: str) -> None:
    said: dict[str, dict[object, str]] = {}
    for path in sorted((texts.ROOT / "translations" / language).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle, locale=language):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    form = message.string if isinstance(message.string, str) else message.string[0]
                    said.setdefault(key, {})[form] = path.name
    torn = {key: forms for key, forms in said.items() if len(forms) > 1}
    assert not torn, f"the same text in two catalogues with two translations: {torn}"


def test_every_text_can_be_found_by_the_extractor() -> None:
    assert not texts.unreadable(), f"_() is given something else than a text itself: {texts.unreadable()}"


def test_the_extractor_sees_code_and_templates() -> None:
    files = {file for text in texts.texts().values() for file in text.files}
    assert "kjerne/access.py" in files
    assert any(file.startswith("templates/") for file in files)
