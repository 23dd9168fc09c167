"""`import tiltak FILE`: a table of savings as the municipality has it, with its sums by year, on a trial or for good."""

import argparse
import json

from administrasjon.actions.plan import State
from cli.installation import Installation
from tiltak.actions.omstilling import Tabellplan, apply_table, plan_table


def add_options(load: argparse.ArgumentParser) -> None:
    """What only a table of savings takes."""
    load.add_argument("--json", action="store_true", help="tiltak: say what happened as JSON")
    load.add_argument("--namn", default="", help="tiltak: the table's name (default: the file's)")
    load.add_argument("--maal", type=_kroner, default=None, help="tiltak: the saving to be reached, in whole kroner")


def _kroner(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 10):
        raise argparse.ArgumentTypeError(f"whole kroner, not {raw[:20]!r}")
    return int(raw)


def run_import(installation: Installation, args: argparse.Namespace, raw: bytes) -> int:
    """Show what the table holds and changes, and write it unless it is a trial. Exit code 1 when a row was refused."""
    if args.proveimport:
        with installation.looking() as work:
            plan = plan_table(work, raw, args.file.name, namn=args.namn, maal=args.maal)
    else:
        with installation.transaction() as work:
            plan = plan_table(work, raw, args.file.name, namn=args.namn, maal=args.maal)
            apply_table(work, plan)
    told = _told(plan, trial=args.proveimport)
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        _show(plan, trial=args.proveimport)
    return int(plan.count(State.FEIL) > 0)


def _told(plan: Tabellplan, *, trial: bool) -> dict[str, object]:
    """The answer for programs. Years are text; year 0 is a table that names none."""
    kinds: dict[str, int] = {}
    for row in plan.rader:
        kinds[row.linje.slag.value] = kinds.get(row.linje.slag.value, 0) + 1
    return {
        "tabell": plan.namn,
        "proveimport": trial,
        "rader": len(plan.rader),
        "nye": plan.count(State.NY),
        "endra": plan.count(State.ENDRA),
        "uendra": plan.count(State.UENDRA),
        "feil": [{"rad": row.linje.nummer, "grunn": list(row.linje.faults)} for row in plan.rader if row.state is State.FEIL],
        "summar": {str(aar): kroner for aar, kroner in plan.tabell.sums.items()},
        "slag": kinds,
        "ukjende_avdelingar": list(plan.ukjende),
        "sumrader": list(plan.tabell.summar),
        "merknader": [*plan.tabell.merknader, *(f"{nummer}: {said}" for nummer, said in plan.warnings)],
    }


def _show(plan: Tabellplan, *, trial: bool) -> None:
    for row in plan.rader:
        if row.state is not State.UENDRA:
            print(f"{row.linje.nummer:>5}  {row.state:<6} {row.linje.tiltak[:90]}")
        for reason in row.linje.faults:
            print(f"{'':>14}{reason}")
    for aar, kroner in plan.tabell.sums.items():
        print(f"Sum {aar or 'without a year'}: {kroner}")
    for remark in (*plan.tabell.merknader, *(f"{nummer}: {said}" for nummer, said in plan.warnings)):
        print(remark)
    if plan.ukjende:
        print(f"Departments kept as text, to be mapped at /tiltak/omstilling: {', '.join(plan.ukjende)}.")
    print(
        f"{plan.count(State.NY)} new, {plan.count(State.ENDRA)} changed, {plan.count(State.UENDRA)} unchanged, "
        f"{plan.count(State.FEIL)} refused."
    )
    if trial:
        print("A trial: nothing was written.")
    else:
        print("Written." if plan.changes else "Nothing had to be changed.")
