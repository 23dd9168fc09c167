"""`bench`: measure this program on this machine, against bare pages and with much against little (the same as `make bench`)."""

import argparse
from pathlib import Path

from bench.koyring import LITE, MYKJE, Plan, lister, prosedyrar, run
from cli.installation import Installation


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the parser."""
    made = commands.add_parser("bench", help="measure response times; exit 1 when a ratio that must hold does not")
    made.add_argument("--lite", type=int, default=LITE, help=f"how many cases are little (default {LITE})")
    made.add_argument("--avvik", type=int, default=MYKJE, help=f"how many are much (default {MYKJE}); fewer is quicker")
    made.add_argument("--database", choices=("sqlite", "postgres"), default=None, help="one of them (default: both)")
    made.add_argument("--rundar", type=int, default=150, help="how many times each page is asked for")
    made.add_argument("--mappe", type=Path, default=None, help="keep the data here for the next run")
    made.add_argument("--json", type=Path, default=None, help="write the figures to this file too")
    made.add_argument("--lister", action="store_true", help="measures, analyses and the gap map instead of cases (SQLite)")
    made.add_argument("--prosedyrar", action="store_true", help="the library, 20,000 documents against 1,000, instead of cases")
    made.set_defaults(run=run_bench)


def run_bench(_installation: Installation, args: argparse.Namespace) -> int:
    """Run it on data of its own: the installation's are not touched."""
    if args.lister:
        return lister(args.mappe, args.rundar, args.json)
    kinds = (args.database,) if args.database else ("sqlite", "postgres")
    if args.prosedyrar:
        return prosedyrar(kinds, args.mappe, args.rundar, args.json)
    return run(Plan(args.lite, args.avvik, kinds, args.rundar, args.mappe, args.json))
