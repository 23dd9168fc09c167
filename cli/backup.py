"""`backup` and `restore`: one file with the database, the attachments and the log's heads, checked when it is read."""

import argparse
import errno
from pathlib import Path

from avvik import sums
from cli import restore
from cli.installation import Installation, Stop
from cli.server import require_current
from kjerne import backup
from kjerne.clock import utcnow

KEY = "The secret key is not in it: keep a copy of it in another place. Without it the log cannot be verified."


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the two commands on the parser."""
    save = commands.add_parser("backup", help="write database and attachments to one file, while people work")
    save.add_argument("file", type=Path, help="a new .tar; a file that is there is never replaced")
    save.set_defaults(run=run_backup)
    load = commands.add_parser("restore", help="check a backup and restore it into an empty place; all or nothing")
    load.add_argument("file", type=Path)
    load.add_argument("--key-lost", action="store_true", help="without the old key: the log's chain is not verified, now or later")
    load.set_defaults(run=run_restore)


def run_backup(installation: Installation, args: argparse.Namespace) -> int:
    """Make a backup. Exit code 1 when an attachment could not be read, though the rest is backed up."""
    require_current(installation)
    try:
        done = backup.make(installation.databases, installation.config, args.file.absolute(), utcnow(), _say)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Stop("The disk is full. No backup was made.") from None
        raise
    print(f"Backed up to {args.file}: {done.rows} rows, {done.files} attachments.\n{KEY}")
    _tell_missing(done.missing)
    return int(bool(done.missing))


def run_restore(installation: Installation, args: argparse.Namespace) -> int:
    """Restore a backup, verified."""
    done = restore.restore(
        installation.databases,
        installation.config,
        args.file.absolute(),
        utcnow(),
        _say,
        checks=(sums.verify,),
        key_lost=args.key_lost,
    )
    chain = "The log's chain was NOT verified" if args.key_lost else "The log's chain holds"
    print(f"Restored and verified, as of {done.made}: {done.rows} rows, {done.files} attachments. {chain}: {done.lines} lines.")
    print("All sessions have ended: everybody logs in anew.")
    _tell_missing(done.missing)
    return 0


def _tell_missing(missing: tuple[str, ...]) -> None:
    if missing:
        print(f"{len(missing)} attachments were missing or damaged on the disk and are not in the backup:")
        for sha256 in missing:
            print(f"  {sha256}")


def _say(line: str) -> None:
    print(f"  {line}", flush=True)
