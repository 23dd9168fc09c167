"""The entry: which commands there are, and one plain sentence for everything that can be expected to go wrong."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy.exc import DBAPIError

from cli import backup, bench, check, data, disposal, people, rapport, server, signal, start
from cli.installation import Stop, open_installation
from kjerne.config import ConfigError
from kjerne.errors import Refusal

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
    try:
        if hasattr(args, "plain"):
            return int(args.plain(args))
        with closing(open_installation()) as installation:
            return int(args.run(installation, args))
    except (Stop, ConfigError, Refusal) as error:
        return _say(str(error))
    except DBAPIError as error:
        return _say(f"The database cannot be used: {str(error.orig).strip().splitlines()[0]}.")
    except OSError as error:
        return _say(f"{error.strerror or type(error).__name__}: {error.filename or ''}".rstrip(": "))
    except KeyboardInterrupt:
        return 130


def _say(sentence: str) -> int:
    print(f"internkontroll: {sentence}", file=sys.stderr)
    return 1
