"""The bench's own sums: a wrong one would let a slow page pass."""

import pytest
from jinja2 import Environment

from bench.maling import Result, p, take_turns
from bench.tenar import as_template, main_of


def test_a_ratio_fails_above_its_limit_and_holds_at_it() -> None:
    result = Result()
    result.ratio("SQLite", "liste", [2.0, 4.0, 40.0], [2.0], 2.0)
    result.ratio("SQLite", "sak", [5.1], [2.0], 2.5)
    assert [one.what for one in result.failed] == ["sak"]
    assert result.ratios[0].value == 2.0
    result.ratio("SQLite", "p95", [1.0] * 90 + [9.0] * 10, [3.0] * 100, 1.5, share=0.95)
    assert result.ratios[-1].value == 3.0


def test_the_slow_end_is_the_slow_end() -> None:
    times = [float(number) for number in range(1, 101)]
    assert p(times, 0.5) == pytest.approx(51)
    assert p(times, 0.99) == pytest.approx(100)


def test_calls_take_turns_and_the_first_are_not_counted() -> None:
    told: list[str] = []
    times = take_turns({"a": lambda: told.append("a"), "b": lambda: told.append("b")}, 3, warm_up=2)
    assert told == ["a", "b"] * 5
    assert {name: len(found) for name, found in times.items()} == {"a": 3, "b": 3}


def test_the_bare_page_shows_the_same_html() -> None:
    page = '<html><main id="main"><a href="/avvik/?liste=alle&amp;for=3">Fall &lt;1&gt; «ja»</a> <b>{{ 7 }}</b></main></html>'
    template, said = as_template(main_of(page))
    made = Environment(autoescape=True).from_string(template).render(v=said)
    assert main_of(made) == main_of(page)
