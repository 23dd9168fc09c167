"""`start`, used by `make run`: migrate, load the demo municipality once, start web server and scheduler, stop them together."""

import argparse
import json
import multiprocessing
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.context import ForkProcess
from typing import IO

from cli import data, server
from cli.halt import Halt
from cli.installation import Installation, Stop, open_installation
from cli.sentence import run_plainly
from cli.server import address
from kjerne.config import PREFIX
from kjerne.innstilling import settings

FORK = multiprocessing.get_context("fork")
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
READY_SECONDS = 60
STOP_SECONDS = 25


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command on the parser."""
    start = commands.add_parser("start", help="migrate, load the demo once into an empty database, run everything")
    start.add_argument("--port", type=int, default=None, help="another port on 127.0.0.1")
    start.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    start.set_defaults(run=run_start)


def run_start(installation: Installation, args: argparse.Namespace) -> int:
    """Bring everything up, print where it is, and stay until Ctrl-C, SIGTERM or a part that ends."""
    config = installation.config
    host, port = address(config.base_url, None, args.port)
    _require_free(host, port)
    data.migrate(installation)
    if not args.no_demo and data.is_empty(installation):
        print("Loading the demo municipality (once) …", flush=True)
        data.load_demo(installation)
    env = {PREFIX + "DATA_DIR": str(config.data_dir)}
    if args.port is not None:
        env[PREFIX + "BASE_URL"] = f"http://{host}:{port}"
    with installation.databases.reading() as db:
        if settings(db)["demo"] == "1":
            env[PREFIX + "DEMO"] = os.environ.get(PREFIX + "DEMO", "1")
    installation.databases.dispose()
    stop = Halt()
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    told, more = server.gunicorn(config, host, port)
    log = config.data_dir / "internkontroll.log"
    with log.open("wb") as output, _children(env | more, (lambda: server.be_gunicorn(told), _work), output) as children:
        _wait_until_ready(f"http://{host}:{port}/livez", children, stop)
        if not stop.is_set():
            _tell(installation, f"http://{host}:{port}")
        return _stay(children, stop)


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(
                f"Port {port} on {host} cannot be used ({error.strerror}): another program has it, or an earlier start "
                f"still runs. Choose another: internkontroll start --port {port + 1}, "
                f"or {PREFIX}BASE_URL=http://127.0.0.1:{port + 1} make run"
            ) from None


def _work() -> int:
    """Be the scheduler."""
    with closing(open_installation()) as installation:
        return server.run_worker(installation, argparse.Namespace())


def _become(run: Callable[[], int], env: dict[str, str], output: IO[bytes]) -> None:
    """In the new process: a session of its own (a Ctrl-C reaches only us), signals as they were, the log for output."""
    os.setsid()
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    os.dup2(output.fileno(), sys.stdout.fileno())
    os.environ.update(env)
    sys.exit(run_plainly(run))


@contextmanager
def _children(env: dict[str, str], parts: tuple[Callable[[], int], ...], output: IO[bytes]) -> Iterator[list[ForkProcess]]:
    """Start our own processes, and stop them by their ids. Their request log goes to `output`; what is wrong to the screen.

    Forked: what is imported here need not be imported again, which is most of a start.
    """
    children: list[ForkProcess] = []
    try:
        for part in parts:
            child = FORK.Process(target=_become, args=(part, env, output))
            child.start()
            children.append(child)
        yield children
    finally:
        for child in children:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children:
            child.join(max(0.1, deadline - time.monotonic()))
            if child.is_alive():
                child.kill()
                child.join()


def _wait_until_ready(url: str, children: list[ForkProcess], stop: Halt) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not stop.is_set():
        if not all(child.is_alive() for child in children):
            raise Stop("The web server or the scheduler ended at once; its own message stands above.")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address, http
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise Stop(f"The web server did not answer at {url} within {READY_SECONDS} seconds.") from None
            stop.wait(0.1)


def _tell(installation: Installation, url: str) -> None:
    print(f"\nInternkontroll runs at {url}  (Ctrl-C stops it; the request log is internkontroll.log)\n", flush=True)
    path = installation.config.data_dir / "demo.json"
    if not path.exists():
        return
    logins = json.loads(path.read_text(encoding="utf-8"))["innloggingar"]
    print(f"  {'Role':<24} {'User name':<14} {'Password':<34} Name and unit")
    for row in logins:
        print(f"  {row['rolle']:<24} {row['brukarnamn']:<14} {row['passord']:<34} {row['namn']}, {row['eining']}")
    print(flush=True)


def _stay(children: list[ForkProcess], stop: Halt) -> int:
    while not stop.wait(0.5):
        for child in children:
            if not child.is_alive():
                print("A part of the program ended by itself; the rest is stopped too.", file=sys.stderr)
                return 1
    print("Stopping …", flush=True)
    return 0
