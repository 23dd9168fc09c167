"""The entry: which commands there are."""

import argparse
from collections.abc import Sequence
from contextlib import closing

from cli import backup, bench, check, data, disposal, people, rapport, server, signal, start
from cli.installation import open_installation
from cli.sentence import run_plainly

ABOUT = "Internkontroll: a municipality's internal control of health and care. Settings: docs/drift.md."


def parser() -> argparse.ArgumentParser:
    """All commands, each with its own --help."""
    made = argparse.ArgumentParser(prog="internkontroll", description=ABOUT)
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for part in (start, server, data, people, check, backup, bench, disposal, signal, rapport):
        part.add_commands(commands)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    args = parser().parse_args(argv)
    if hasattr(args, "plain"):
        return run_plainly(lambda: int(args.plain(args)))
    return run_plainly(lambda: _with_installation(args))


def _with_installation(args: argparse.Namespace) -> int:
    with closing(open_installation()) as installation:
        return int(args.run(installation, args))
