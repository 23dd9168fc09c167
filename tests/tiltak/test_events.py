"""What measures announce to those above, in the same transaction."""

from dataclasses import replace

import pytest

from kjerne.db import Databases
from kjerne.work import Work
from tests.cast import Cast
from tests.conftest import WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.events import EffektVurdert, TiltakAvlyst, TiltakUtfort


@pytest.mark.parametrize(("resultat", "good"), [("god", True), ("delvis", True), ("darleg", False)])
def test_done_and_judged_are_announced(
    make_tiltak: MakeTiltak,
    databases: Databases,
    work_for: WorkFor,
    cast: Cast,
    resultat: str,
    good: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    nr, heard = make_tiltak(), []

    def hear(_work: Work, event: object) -> None:
        heard.append(event)

    with databases.writing() as db:
        ears = dict.fromkeys((TiltakUtfort, TiltakAvlyst, EffektVurdert), (hear,))
        leif = replace(work_for(db, cast.leif), handlers=ears)
        tiltak = queries.get_tiltak(leif, nr)
        actions.mark_done(work_for(db, cast.kari), tiltak, "Gjort.")
        assert heard == []
        actions.accept(leif, tiltak)
        actions.evaluate(leif, tiltak, resultat, "Tala viser det.")
    assert heard == [TiltakUtfort(nr), EffektVurdert(nr, good=good)]


def test_cancelled_is_announced(make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast) -> None:
    nr, heard = make_tiltak(), []
    with databases.writing() as db:
        leif = replace(work_for(db, cast.leif), handlers={TiltakAvlyst: (lambda _work, event: heard.append(event),)})
        actions.cancel(leif, queries.get_tiltak(leif, nr), "Trengst ikkje.")
    assert heard == [TiltakAvlyst(nr)]
