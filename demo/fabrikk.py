"""Portions of demo cases, made one after the other or by as many processes as there are processors: the same rows either way."""

import gc
import multiprocessing
import os
import random
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from types import SimpleNamespace
from typing import Any, Final

from avvik import sok, sums
from demo.bolkar import Bolk, moments
from demo.bulk import Kind, Rader, Ready, ready, ready_words
from demo.plan import draw_plans
from demo.saker import Line, Skrivar
from demo.scener import stage
from demo.verda import Verda

__all__ = ["Oppdrag", "Pakke", "produce"]

#: Letters are made for this many of the newest cases at most.
_BREV: Final = 400
#: Fewer portions than this are made here: a process of its own costs a second to start.
_ALEINE: Final = 4
#: A case has at most two measures; so each portion has ids of its own for them.
_TILTAK: Final = 2
_INDEXED: Final = frozenset(sok.FIELDS)


@dataclass(frozen=True)
class Oppdrag:
    """What every portion is made from. `tal`: all cases; `told`: how many of them are told one by one."""

    kind: Kind
    seed: int
    verda: Verda
    labels: sok.Labels
    parents: dict[int, int | None]
    tal: int
    told: int


@dataclass(frozen=True)
class Pakke:
    """A portion ready to be sent: rows by table, its log lines without a chain, its sums, its last case numbers by year."""

    tables: dict[str, tuple[list[str], Ready]]
    lines: list[Line]
    cells: sums.Cells
    numbers: dict[int, int]


def produce(oppdrag: Oppdrag, bolkar: Sequence[Bolk]) -> Iterator[Pakke]:
    """The portions in order."""
    if len(bolkar) < _ALEINE:
        yield from (_make(oppdrag, bolk) for bolk in bolkar)
        return
    workers = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")  # the parent holds connections that may not be shared
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(oppdrag,)) as pool:
        rest = iter(bolkar)
        waiting: deque[Future[Pakke]] = deque(pool.submit(_work, bolk) for bolk in islice(rest, workers + 1))
        while waiting:
            pakke = waiting.popleft().result()
            waiting.extend(pool.submit(_work, bolk) for bolk in islice(rest, 1))
            yield pakke


_held: list[Oppdrag] = []


def _begin(oppdrag: Oppdrag) -> None:
    """Once in each process. Rows make no rings: looking for such would take a tenth of the time."""
    gc.disable()
    _held.append(oppdrag)


def _work(bolk: Bolk) -> Pakke:
    return _make(_held[0], bolk)


def _make(oppdrag: Oppdrag, bolk: Bolk) -> Pakke:
    verda = replace(oppdrag.verda, rng=random.Random(f"{oppdrag.seed} bolk {bolk.nummer}"))
    rader = Rader({"avvik": bolk.first_id - 1, "tiltak": _TILTAK * (bolk.first_id - 1)})
    skrivar = Skrivar(verda, rader, dict(bolk.numbers), max(1, oppdrag.tal - _BREV))
    scenes = stage(random.Random(f"{oppdrag.seed} scener"), verda.units, verda.folk, verda.rollar, now=verda.now, tal=oppdrag.told)
    drawn = draw_plans(
        verda.rng,
        verda.units,
        verda.folk,
        rammer=verda.katalog.rammer,
        now=verda.now,
        times=moments(verda.rng, bolk, verda.now),
    )
    for plan in sorted([*(scenes[place] for place in bolk.told), *drawn], key=lambda plan: plan.meldt):
        skrivar.write(plan)
    tables = ready(oppdrag.kind, rader)
    cells = sums.Cells.empty()
    for row in rader.rows["avvik"]:
        cells.add(row, oppdrag.parents)
    tables["avvik_ord"] = ["avvik_id", "ord"], ready_words(oppdrag.kind, _words(oppdrag, rader.rows))
    return Pakke(tables, skrivar.lines, cells, dict(skrivar.numbers))


def _words(oppdrag: Oppdrag, rows: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[int, set[str]]]:
    """The words of each case, as `avvik.sok` keeps them."""
    talk: dict[int, list[str]] = {}
    for line in rows["avvik_hending"]:
        if line["synleg_meldar"] and line["tekst"]:
            talk.setdefault(line["avvik_id"], []).append(line["tekst"])
    for row in rows["avvik"]:
        case = SimpleNamespace(forslag="", arsak_meldar="", **{name: value for name, value in row.items() if name in _INDEXED})
        yield row["id"], sok.tokens([*sok.own(case, oppdrag.labels), *talk.get(row["id"], [])])
