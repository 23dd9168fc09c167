"""`signal`: whether a series of numbers in a file says anything but chance. Needs no settings and no database."""

import argparse
import json
from pathlib import Path

from cli.installation import Stop
from kjerne import signal

LONGEST = 100_000


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the parser."""
    look = commands.add_parser("signal", help="one number a line under a heading: print what a run chart says, as JSON")
    look.add_argument("file", type=Path, metavar="FILE")
    look.set_defaults(plain=run_signal)


def run_signal(args: argparse.Namespace) -> int:
    """Print n (points off the median), median, longest run, crossings, their limits, and whether there is a signal.

    The rules alone decide here (Anhøj & Olesen 2014); the pages also ask for ten points before they say anything.
    """
    found = signal.read(read_numbers(args.file))
    told = {
        "n": found.brukande,
        "median": found.median,
        "longest_run": found.lengst,
        "crossings": found.kryssingar,
        "limits": {"longest_run": found.grense, "crossings": found.venta},
        "signal": found.brukande > 0 and (found.lengst > found.grense or found.kryssingar < found.venta),
    }
    print(json.dumps(told))
    return 0


def read_numbers(path: Path) -> list[float]:
    """The numbers under the heading, in their order; decimal point or comma. `Stop` names the first line that is none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise Stop(f"{path.name} is not text in UTF-8.") from None
    if len(lines) > LONGEST:
        raise Stop(f"{path.name} has more than {LONGEST} lines.")
    numbers = []
    for place, line in enumerate(lines[1:], start=2):
        cell = line.strip().strip('"').replace(",", ".")
        if not cell:
            continue
        try:
            number = float(cell)
        except ValueError:
            raise Stop(f"Line {place} of {path.name} is not a number. Nothing was read.") from None
        if number != number or abs(number) == float("inf"):  # noqa: PLR0124 - the one number that is not itself is NaN
            raise Stop(f"Line {place} of {path.name} is not a finite number. Nothing was read.")
        numbers.append(number)
    if not numbers:
        raise Stop(f"{path.name} holds no numbers under its heading.")
    return numbers
