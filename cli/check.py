"""`verify-log` and `doctor`: whether the log is whole, and whether the installation is well."""

import argparse

from cli.installation import Installation, Stop
from cli.server import require_current
from kjerne import doctor, log
from kjerne.clock import utcnow

WHY = {
    "gap": "a line is missing",
    "changed": "the line was changed, or was not written by this installation's key",
    "head": "the chain's end is not where the head says",
    "cut": "the head that was written outside knows another line here, so lines were removed or rewritten",
    "outside": "the file of heads holds one that is not signed with this installation's key",
}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the two commands on the parser."""
    verify = commands.add_parser("verify-log", help="check the log's chain and the heads written outside; exit 1 if broken")
    verify.set_defaults(run=run_verify)
    look = commands.add_parser("doctor", help="database settings, disk, mail, scheduler, key; exit 1 if something is wrong")
    look.set_defaults(run=run_doctor)


def run_verify(installation: Installation, _args: argparse.Namespace) -> int:
    """Say whether the chain holds, and where it breaks."""
    require_current(installation)
    try:
        heads = log.read_heads(installation.config.data_dir)
    except ValueError as error:
        raise Stop(f"The log's heads cannot be read: {error}.") from None
    with installation.looking() as work:
        verdict = log.verify(work.db, installation.config.secret_key, heads)
    if verdict.broken_at is not None:
        print(f"BROKEN at line {verdict.broken_at}: {WHY[verdict.why]}.")
        return 1
    print(f"The log holds: {verdict.lines} lines, {len(heads)} heads outside, head {verdict.head[:16] or 'none'}.")
    return 0


def run_doctor(installation: Installation, _args: argparse.Namespace) -> int:
    """Print every finding, the grave ones with what to do."""
    findings = doctor.examine(installation.config, installation.databases, utcnow())
    for finding in findings:
        print(f"{finding.level:<5} {finding.what:<18} {finding.said}")
    return int(any(finding.level is doctor.Level.FAIL for finding in findings))
