"""States and steps as a table, deadlines, the closing rules one by one, and when a late case is lifted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from avvik.rules import (
    ENDED,
    OPEN,
    STEPS,
    ClosingFacts,
    Mangel,
    Status,
    Steg,
    Who,
    closing_gaps,
    deadlines,
    duty_deadline,
    escalation_level,
    may,
    missed_deadline,
    open_steps,
)
from kjerne.clock import OSLO

READY = ClosingFacts(
    alvor=3,
    causes=1,
    outcomes=1,
    outcome_without_reason=False,
    answered=True,
    closing_answer=True,
    open_duties=0,
    loose_measures=0,
    is_coordinator=False,
    is_reporter=False,
)


def oslo(*parts: int) -> datetime:
    """A wall-clock time in Oslo, as UTC."""
    return datetime(*parts, tzinfo=OSLO).astimezone(UTC)  # type: ignore[arg-type,misc]  # year, month, day, hour, minute


def test_every_state_is_open_or_ended_and_each_can_be_left() -> None:
    assert set(Status) == OPEN | ENDED
    assert not OPEN & ENDED
    for status in Status:
        assert any(status in step.frm and step.to not in (None, status) for step in STEPS.values()), status


def test_an_ended_case_is_only_opened_again_from_above_or_objected_to_by_its_reporter() -> None:
    everybody = frozenset(Who)
    for status in ENDED:
        assert open_steps(status, everybody) == [Steg.GJENOPNE, Steg.INNVENDING]
        assert open_steps(status, {Who.HANDLER}) == []
        assert open_steps(status, {Who.REPORTER}) == [Steg.INNVENDING]


def test_a_reporter_may_only_add_and_attach_while_the_case_is_open() -> None:
    for status in OPEN:
        assert open_steps(status, {Who.REPORTER}) == [Steg.SVAR_SPORSMAL, Steg.VEDLEGG]


def test_a_case_that_nobody_has_started_cannot_be_closed() -> None:
    assert not may(Steg.LUKK, Status.MELD, {Who.HANDLER})
    assert may(Steg.LUKK, Status.UNDER_BEHANDLING, {Who.HANDLER})


def test_answers_count_working_days_and_closing_moves_past_a_weekend() -> None:
    found = deadlines(oslo(2026, 11, 20, 22, 40), answer_days=3, start_days=7, close_days=30)
    assert found.svar == date(2026, 11, 25)
    assert found.start == date(2026, 11, 27)
    assert found.lukking == date(2026, 12, 21)  # 30 days on is a Sunday


def test_a_clock_of_72_hours_counts_elapsed_hours_across_the_change_to_winter_time() -> None:
    known = oslo(2026, 10, 24, 12, 0)
    found = duty_deadline(known, 72, None)
    assert found is not None
    assert found.astimezone(OSLO) == datetime(2026, 10, 27, 11, 0, tzinfo=OSLO)
    assert found - known == timedelta(hours=72)


def test_a_clock_of_working_days_holds_the_whole_last_day_and_at_once_has_none() -> None:
    found = duty_deadline(oslo(2026, 12, 23, 9, 0), None, 5)
    assert found is not None
    assert found.astimezone(OSLO).date() == date(2026, 12, 31)  # 25 to 27 December are no working days
    assert duty_deadline(oslo(2026, 12, 23, 9, 0), None, None) is None


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"open_duties": 1}, Mangel.MELDEPLIKT),
        ({"causes": 0}, Mangel.ARSAK),
        ({"answered": False}, Mangel.SVAR),
        ({"loose_measures": 1}, Mangel.TILTAK),
        ({"outcomes": 0}, Mangel.UTFALL),
        ({"outcome_without_reason": True}, Mangel.UTFALL),
        ({"closing_answer": False}, Mangel.SLUTTSVAR),
        ({"alvor": 4}, Mangel.KOORDINATOR),
        ({"alvor": 5}, Mangel.KOORDINATOR),
        ({"is_reporter": True}, Mangel.EIGA_SAK),
    ],
)
def test_each_closing_rule_holds_a_case_back_by_itself(change: dict[str, object], gap: Mangel) -> None:
    assert closing_gaps(READY) == []
    assert closing_gaps(replace(READY, **change)) == [gap]  # type: ignore[arg-type]  # fields by name


def test_the_coordinator_closes_severity_four_and_the_most_urgent_gap_comes_first() -> None:
    assert closing_gaps(replace(READY, alvor=4, is_coordinator=True)) == []
    assert closing_gaps(replace(READY, causes=0, open_duties=1, closing_answer=False)) == [
        Mangel.MELDEPLIKT,
        Mangel.ARSAK,
        Mangel.SLUTTSVAR,
    ]


@pytest.mark.parametrize(
    ("alvor", "late", "level"),
    [(2, 0, 0), (2, 6, 0), (2, 7, 1), (2, 13, 1), (2, 14, 2), (4, 0, 0), (4, 1, 1), (5, 13, 1), (5, 14, 2)],
)
def test_a_late_case_is_lifted_after_the_days_of_its_severity(alvor: int, late: int, level: int) -> None:
    deadline = date(2026, 11, 2)
    assert escalation_level(deadline + timedelta(days=late), deadline, alvor, days=7, sector_days=14) == level


def test_lateness_is_counted_from_the_first_missed_deadline_and_waiting_for_effect_stops_the_closing_clock() -> None:
    today, before, after = date(2026, 11, 22), date(2026, 11, 20), date(2026, 11, 30)
    assert missed_deadline(Status.MELD, today, svar=before, lukking=after) == before
    assert missed_deadline(Status.TILTAK, today, svar=None, lukking=before) == before
    assert missed_deadline(Status.TILTAK, today, svar=today, lukking=today) is None
    assert missed_deadline(Status.VENTAR_EFFEKT, today, svar=None, lukking=before) is None
