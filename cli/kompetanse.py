"""`import kompetanse FILE`: a course list such as a KS Læring export, matched with persons and catalogue; twice changes nothing."""

import argparse
import json

from cli.installation import Installation, Stop
from kompetanse.actions.innlesing import UTFALLNAMN, Innlesing, Utfall, apply_import, plan_import


def run_import(installation: Installation, args: argparse.Namespace) -> int:
    """Show what each row is matched with, and write it unless it is a trial. Exit code 1 when a row was refused."""
    if not args.file.is_file():
        raise Stop(f"There is no file {args.file}.")
    raw = args.file.read_bytes()
    door = installation.looking() if args.proveimport else installation.transaction()
    with door as work:
        plan = plan_import(work, raw, args.file.name)
        if not args.proveimport:
            apply_import(work, plan)
        said = json.dumps(plan.as_json(), ensure_ascii=False) if args.json else _words(plan, trial=args.proveimport)
    print(said)
    return int(bool(plan.count(Utfall.FEIL)))


def _words(plan: Innlesing, *, trial: bool) -> str:
    lines = [
        f"{row.nummer:>5}  {UTFALLNAMN[row.utfall]}  {row.person}: {row.kurs}{f' ({row.grunn})' if row.grunn else ''}"
        for row in plan.rader
        if row.utfall is not Utfall.UENDRA
    ]
    lines += [f"Not in the catalogue: {name}, {count} rows." for name, count in plan.unknown_courses()]
    if plan.hoppa_over:
        lines.append(f"Columns that were passed over: {', '.join(plan.hoppa_over)}.")
    counts = [plan.count(Utfall.NY), plan.count(Utfall.STADFEST), plan.count(Utfall.UENDRA), plan.count(Utfall.FEIL)]
    lines.append("{} new, {} confirmed, {} unchanged, {} refused.".format(*counts))
    changes = counts[0] + counts[1]
    lines.append("A trial: nothing was written." if trial else "Written." if changes else "Nothing had to be changed.")
    return "\n".join(lines)
