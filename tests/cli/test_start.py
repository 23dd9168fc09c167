"""`internkontroll start`: one command brings all up, a second start is quick, and one signal stops every child."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from kjerne.config import PREFIX

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Started:
    """A start of ours, and what it has said so far."""

    def __init__(self, data_dir: Path, port: int, *more: str) -> None:
        env = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        env[PREFIX + "DATA_DIR"] = str(data_dir)
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", "start", "--no-demo", "--port", str(port), *more],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_up(self) -> str:
        """Read until it says that it runs; returns all it said."""
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if "Internkontroll runs at" in line:
                return said
        pytest.fail(f"it ended before it ran:\n{said}")

    def children(self) -> list[int]:
        """The processes it has started."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in path.read_text().split()]

    def stop(self, number: int) -> int:
        """Send it a signal and wait for its end."""
        self.process.send_signal(number)
        code = self.process.wait(150)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


def gone(number: int) -> bool:
    """Whether a process is no more."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_command_brings_all_up_and_one_signal_takes_all_down(data_dir: Path, number: int) -> None:
    started = Started(data_dir, free_port())
    said = started.wait_until_up()
    assert f"http://127.0.0.1:{started.port}" in said
    children = started.children()
    assert len(children) == 2, "a web server and a scheduler"
    with urllib.request.urlopen(f"http://127.0.0.1:{started.port}/readyz", timeout=10) as answer:
        assert answer.status == 200
    assert started.stop(number) == 0
    assert all(gone(child) for child in children)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", started.port))


def test_a_second_start_finds_its_data_and_loads_nothing(data_dir: Path) -> None:
    port = free_port()
    first = Started(data_dir, port)
    first.wait_until_up()
    first.stop(signal.SIGTERM)
    key = (data_dir / "secret.key").read_text()
    second = Started(data_dir, port)
    said = second.wait_until_up()
    second.stop(signal.SIGTERM)
    assert "Loading" not in said
    assert (data_dir / "secret.key").read_text() == key


def test_a_busy_port_is_explained_with_what_to_do(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = Started(data_dir, port)
        said, _err = started.process.communicate(timeout=150)
    assert started.process.returncode == 1
    assert f"Port {port}" in said
    assert "--port" in said
    assert "Traceback" not in said
    assert not (data_dir / "internkontroll.db").exists(), "it looked before it touched anything"


def test_a_child_that_ends_ends_the_rest_and_is_told(data_dir: Path) -> None:
    started = Started(data_dir, free_port())
    started.wait_until_up()
    children = started.children()
    os.kill(children[1], signal.SIGKILL)
    said, _err = started.process.communicate(timeout=150)
    assert started.process.returncode == 1
    assert "ended by itself" in said
    assert gone(children[0])
