"""`import tiltak FILE`: a table of savings as the municipality has it, with its sums by year, on a trial or for good."""

import argparse
import json

from administrasjon.actions.plan import State
from cli import svar
from cli.installation import Installation
from kjerne.i18n import gettext as _
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


def run_import(installation: Installation, args: argparse.Namespace) -> int:
    """Show what the table holds and changes, and write it unless it is a trial. Exit code 1 when a row was refused."""
    raw = args.file.read_bytes()
    with installation.looking() if args.proveimport else installation.transaction() as work:
        plan = plan_table(work, raw, args.file.name, namn=args.namn, maal=args.maal)
        if not args.proveimport:
            apply_table(work, plan)
    said = (
        json.dumps(_told(plan, trial=args.proveimport), ensure_ascii=False) if args.json else _words(plan, trial=args.proveimport)
    )
    print(said)
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


def _words(plan: Tabellplan, *, trial: bool) -> str:
    lines = []
    for row in plan.rader:
        if row.state is not State.UENDRA:
            lines.append(svar.row_line(row.linje.nummer, svar.WORDS[row.state], row.linje.tiltak[:90]))
        lines += [svar.under(reason) for reason in row.linje.faults]
    for aar, kroner in plan.tabell.sums.items():
        lines.append(_("Sum %(aar)s: %(kroner)s", aar=aar, kroner=kroner) if aar else _("Sum utan år: %(kroner)s", kroner=kroner))
    lines += [*plan.tabell.merknader, *(f"{nummer}: {said}" for nummer, said in plan.warnings)]
    if plan.ukjende:
        lines.append(
            _("Avdelingar som står som tekst til dei blir kopla på /tiltak/omstilling: %(namn)s.", namn=", ".join(plan.ukjende))
        )
    lines.append(svar.counts(plan.count(State.NY), plan.count(State.ENDRA), plan.count(State.UENDRA), plan.count(State.FEIL)))
    return "\n".join([*lines, svar.ending(trial=trial, changes=plan.changes)])
