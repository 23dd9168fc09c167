"""The table of steps: every state has a way out or is an end, and nobody accepts her own work."""

from datetime import date

import pytest

from tiltak import rules
from tiltak.rules import Hat, Status, Steg


def reachable() -> set[Status]:
    found = {Status.PLANLAGT}
    while True:
        more = {step.target for step in rules.STEPS if step.source & found} | found
        if more == found:
            return found
        found = more


def test_every_state_is_reached_from_planned() -> None:
    assert reachable() == set(Status)


def test_the_ends_are_judged_and_cancelled_and_no_other() -> None:
    left = {state for step in rules.STEPS for state in step.source}
    assert set(Status) - left == {Status.VURDERT, Status.AVLYST}


@pytest.mark.parametrize("status", list(Status))
def test_a_plain_owner_never_settles_her_own_measure(status: Status) -> None:
    targets = {step.target for step in rules.open_steps(status, frozenset({Hat.EIGAR}))}
    assert not targets & {Status.UTFORT, Status.AVLYST}


@pytest.mark.parametrize(
    ("status", "hat", "expected"),
    [
        (Status.PLANLAGT, Hat.EIGAR, [Steg.START, Steg.FERDIG, Steg.UTSETT]),
        (Status.I_GANG, Hat.EIGAR, [Steg.FERDIG, Steg.UTSETT]),
        (Status.VENTAR_GODKJENNING, Hat.EIGAR, []),
        (Status.VENTAR_GODKJENNING, Hat.OPPFOLGJAR, [Steg.GODKJENN, Steg.RETUR, Steg.AVLYS]),
        (Status.I_GANG, Hat.SJOLV, [Steg.FULLFOR, Steg.UTSETT, Steg.AVLYS]),
        (Status.UTFORT, Hat.EIGAR, [Steg.VURDER]),
        (Status.VURDERT, Hat.OPPFOLGJAR, []),
        (Status.AVLYST, Hat.SJOLV, []),
    ],
)
def test_buttons(status: Status, hat: Hat, expected: list[Steg]) -> None:
    assert [step.steg for step in rules.open_steps(status, frozenset({hat}))] == expected


def test_somebody_without_a_part_in_it_has_no_button() -> None:
    assert all(not rules.open_steps(status, frozenset()) for status in Status)


def test_late_is_after_the_deadline_and_only_while_it_is_to_be_done() -> None:
    frist = date(2026, 11, 22)
    assert not rules.is_overdue(Status.I_GANG, frist, frist)
    assert rules.is_overdue(Status.I_GANG, frist, date(2026, 11, 23))
    assert not rules.is_overdue(Status.VENTAR_GODKJENNING, frist, date(2026, 11, 23))
    assert not rules.is_overdue(Status.UTFORT, frist, date(2026, 11, 23))


def test_every_code_has_a_name() -> None:
    assert set(rules.STATUSNAMN) == set(Status)
    assert set(rules.TYPENAMN) == set(rules.Type)
    assert set(rules.EFFEKTNAMN) == set(rules.Effekt)
    assert set(rules.PRIORITETNAMN) == set(rules.PRIORITETAR)
    assert set(rules.UTVALNAMN) == set(rules.Utval)
    assert set(Steg) <= set(rules.HENDINGNAMN)


def test_settled_and_unsettled_part_the_states() -> None:
    assert {Status.UTFORT, Status.VURDERT, Status.AVLYST} == rules.SETTLED
    assert set(Status) == rules.SETTLED | rules.UNSETTLED
    assert not rules.SETTLED & rules.UNSETTLED
