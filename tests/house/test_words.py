"""Every table's class stands in the glossary, in three languages."""

from pathlib import Path

import pytest

from kjerne.db import Base
from migrations.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "ordliste.md"
CLASSES = sorted(mapper.class_.__name__ for mapper in Base.registry.mappers)


def rows() -> list[list[str]]:
    """The rows of the glossary's tables, as cells."""
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if line.startswith("|") and not line.startswith(("|--", "| nynorsk"))]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in shown]


def test_all_tables_are_known() -> None:
    assert len(CLASSES) == len(metadata.tables)


@pytest.mark.parametrize("name", CLASSES)
def test_a_model_class_stands_in_the_glossary(name: str) -> None:
    assert any(f"`{name}`" in cell for row in rows() for cell in row), f"{name} is missing in docs/ordliste.md"


def test_each_word_has_three_languages_and_a_source_or_note() -> None:
    poor = [row[0] for row in rows() if len(row) != 5 or not all(row[:3])]
    assert not poor, f"these lack a language: {poor}"


def test_no_word_stands_twice() -> None:
    words = [row[0] for row in rows()]
    assert sorted(words) == sorted(set(words)), sorted({word for word in words if words.count(word) > 1})


def test_no_class_stands_there_that_is_gone() -> None:
    named = {cell.strip("`") for row in rows() for cell in row[3:4] if cell.startswith("`")}
    assert not named - set(CLASSES), f"no such class any more: {sorted(named - set(CLASSES))}"
