"""`kassasjon`: what is past its retention, as the page /avvik/kassasjon shows it; disposes only when told to and confirmed."""

import argparse
import sys
from collections import Counter

from avvik.actions.kassasjon import approve, propose
from avvik.queries.kassasjon import Liste, read_list
from cli.installation import Installation, Stop
from cli.server import require_current


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the parser."""
    step = commands.add_parser("kassasjon", help="list what is past its retention; with --godkjenn dispose of it")
    step.add_argument("--godkjenn", action="store_true", help="dispose of the list, after the number of cases is typed in")
    step.set_defaults(run=run_disposal)


def run_disposal(installation: Installation, args: argparse.Namespace) -> int:
    """Propose, show the list, and with --godkjenn dispose of exactly that list."""
    require_current(installation)
    with installation.transaction() as work:
        propose(work)
    with installation.looking() as work:
        found = read_list(work)
    _show(found)
    if not args.godkjenn or not (found.ids or found.brev):
        return 0
    print(f"Type {len(found.ids)} to dispose of these {len(found.ids)} cases for good: ", end="", flush=True)
    if sys.stdin.readline().strip() != str(len(found.ids)):
        raise Stop("Nothing was disposed of.")
    with installation.transaction() as work:
        approve(work, found.sett)
    print(f"{len(found.ids)} cases and {found.brev} letters are disposed of.")
    return 0


def _show(found: Liste) -> None:
    for case in found.saker:
        print(f"{case.nr:>12}  closed {case.lukka:%Y-%m-%d}  {case.regel}  {case.eining}")
    for rule, count in sorted(Counter(found.regel_av.values()).items()):
        print(f"{count} cases by the rule {rule}.")
    print(f"{len(found.ids)} of {found.alle} proposed cases, {found.brev} letters. Held back: {len(found.haldne)}.")
