"""The library, 20,000 documents against 1,000: searching, its lists, and opening one (`internkontroll bench --prosedyrar`).

The documents are made of the demo's own words, drawn unevenly as in any text: a common word stands in most of them.
"""

import json
import random
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bench import word
from bench.maling import Goal, Klient, Result, p, take_turns
from bench.oppgaver import spent
from bench.postgres import databases
from bench.tenar import Data, Tenar, make_data, served
from kjerne.db import Databases
from kjerne.sok import WORD
from prosedyrar import sok
from prosedyrar.models import Prosedyre, ProsedyreVersjon

__all__ = ["measure", "run"]

SMALL, LARGE, CASES = 1_000, 20_000, 200
MOST_SEARCH, MOST_LIST, MOST_OPEN, GOAL_MS = 2.0, 2.0, 3.0, 100
SPENT_CALLS = 20
WORDS_IN_TEXT = 220
#: A word in every document, in some, half written, two, three, one that few have and one that none has.
QUESTIONS: Final = (
    "prosedyre",
    "legemidler",
    "leg",
    "brukar opplæring",
    "legemiddel dokumentasjon leiar",
    "fallførebygging",
    "xylofon",
)
#: The shelves, a theme and a type, as the list is asked for them.
LISTS: Final = ("", "?hylle=gjeld-meg", "?hylle=mest-lesne", "?hylle=over-frist", "?tema=legemiddel", "?type=rutine")


def _vocabulary(db: Session) -> tuple[list[str], list[float]]:
    """The words of the demo's texts, each as often as there."""
    counted: dict[str, int] = {}
    for title, body in db.execute(select(Prosedyre.tittel, ProsedyreVersjon.tekst).join(ProsedyreVersjon)):
        for found in WORD.findall(f"{title} {body}".lower()):
            counted[found] = counted.get(found, 0) + 1
    return list(counted), [float(count) for count in counted.values()]


def fill(data: Data, count: int) -> None:
    """Valid documents until there are `count`, indexed as the program does it."""
    made = Databases(data.url or f"sqlite:///{data.raw}")
    rng = random.Random(count)  # noqa: S311 - the same data each time
    with made.writing() as db, db.begin():
        there = db.scalar(select(func.count()).select_from(Prosedyre)) or 0
        first = (db.scalar(select(func.max(Prosedyre.id))) or 0) + 1
        like = db.scalars(select(ProsedyreVersjon).where(ProsedyreVersjon.tilstand == "gyldig").limit(1)).one()
        unit = db.get_one(Prosedyre, like.prosedyre_id)
        words, weights = _vocabulary(db)
        now, day = datetime(2026, 1, 5, 8, tzinfo=UTC), date(2026, 1, 5)
        documents, texts = [], []
        for number in range(first, first + count - there):
            drawn = rng.choices(words, weights, k=WORDS_IN_TEXT)
            about = {"eining_id": unit.eining_id, "eigar_id": unit.eigar_id, "laga": now, "laga_av_id": unit.eigar_id}
            documents.append({"id": number, "tittel": " ".join([*drawn[:4], str(number)]), "dokumenttype": "rutine", **about})
            who = {"forfattar_id": like.forfattar_id, "endra_av_id": like.forfattar_id, "godkjennar_id": like.godkjennar_id}
            body = "## Formål\n\n" + " ".join(drawn[4:120]) + ".\n\n## Framgangsmåte\n\n- " + "\n- ".join(drawn[120:])
            when = {"laga": now, "endra": now, "godkjent": now, "gyldig_fra": day}
            texts.append({"prosedyre_id": number, "tilstand": "gyldig", "tekst": body, **who, **when})
        db.execute(insert(Prosedyre), documents)
        db.execute(insert(ProsedyreVersjon), texts)
        sok.rebuild(db)
    with made.engine.begin() as connection:  # the planner of either database is told how full the tables are now
        connection.execute(text("ANALYZE"))
    made.dispose()


def measure(result: Result, name: str, small: Tenar, large: Tenar, rounds: int) -> None:
    """Each question and list with little and much, asked in turn; then opening a document against the barest page of it."""
    lite, mykje = small.klient("tilsett"), large.klient("tilsett")
    for asked in QUESTIONS:
        path = f"/prosedyrar/sok?q={quote(asked)}"
        times = take_turns({"lite": partial(lite.get, path), "mykje": partial(mykje.get, path)}, rounds)
        result.ratio(name, f"søk «{asked}»", times["mykje"], times["lite"], MOST_SEARCH, against="lite")
        result.goals.append(Goal(name, f"søk «{asked}»", p(times["mykje"], 0.5), GOAL_MS, "ms"))
    for narrowed in LISTS:
        path = f"/prosedyrar/{narrowed}"
        times = take_turns({"lite": partial(lite.get, path), "mykje": partial(mykje.get, path)}, rounds)
        result.ratio(name, f"liste {narrowed or 'alle'}", times["mykje"], times["lite"], MOST_LIST, against="lite")
    for tenar, size in ((small, SMALL), (large, LARGE)):
        _open(result, name, tenar, size, rounds)


def _open(result: Result, name: str, tenar: Tenar, size: int, rounds: int) -> None:
    """One document, ours and bare, on the clock and by the servers' own processor time."""
    path = json.loads((tenar.data.folder / "bare.json").read_text(encoding="utf-8"))["prosedyre"]["vegen"]
    klient = tenar.klient("tilsett")
    bare = Klient(tenar.bare, klient.cookie)
    calls = {"vi": (partial(klient.get, path), tenar.pid), "bare": (partial(bare.get, "/prosedyre"), tenar.bare_pid)}
    times = take_turns({who: call for who, (call, _pid) in calls.items()}, rounds)
    result.ratio(name, f"opne ein av {size}", times["vi"], times["bare"], MOST_OPEN)
    cost = {who: spent(call, pid, SPENT_CALLS) for who, (call, pid) in calls.items()}
    said = f"{cost['vi']:.1f} mot {cost['bare']:.1f} ms"
    result.goals.append(Goal(name, f"opne ein av {size}: prosessortid × bare", cost["vi"] / cost["bare"], MOST_OPEN, "×", said))


def run(kinds: Sequence[str], folder: Path | None, rounds: int) -> Result:
    """Make both sizes on each database, measure, and give what was found."""
    result = Result()
    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="internkontroll-bench-")))
        make = stack.enter_context(databases(where / "postgres")) if "postgres" in kinds else None
        for kind in kinds:
            if kind == "postgres" and make is None:
                continue
            running = []
            for count in (SMALL, LARGE):
                print(f"{kind}: {count} documents …", flush=True)
                url = make(f"bench_dokument_{count}") if kind == "postgres" and make is not None else ""
                data, seconds = make_data(where / f"{kind}-dokument-{count}", CASES, url)
                if seconds:
                    fill(data, count)
                running.append(stack.enter_context(served(data, bare=True)))
            measure(result, kind, running[0], running[1], rounds)
        if "sqlite" in kinds:
            word.measure(result, "sqlite", Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="internkontroll-bench-"))))
    return result
