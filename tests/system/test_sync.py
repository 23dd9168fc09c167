"""At least one sync to disk for each acknowledged filing: `kill -9` proves nothing about power cuts, counting syncs does."""

import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from tests import make
from tests.cast import Cast
from tests.settings import chosen_database
from tests.system.server import Client, Server, report

FILINGS = 8


def test_each_acknowledged_filing_was_synced(cast: Cast, database_url: str, tmp_path: Path) -> None:
    if chosen_database() != "sqlite":
        pytest.skip("PostgreSQL syncs in its own processes (fsync=on is its default, which doctor checks).")
    strace = shutil.which("strace")
    assert strace, "strace is missing: sudo apt-get install strace"
    server = Server(database_url, tmp_path / "data").start()
    try:
        client = Client(server.url)
        client.log_in(cast.kari.ansattnr, make.PASSORD)
        token = client.token("/avvik/nytt")
        assert server.process is not None
        out = tmp_path / "sync.txt"
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
        pids = [str(server.process.pid), *children]
        follow = [arg for pid in pids for arg in ("-p", pid)]
        tracer = subprocess.Popen(
            [strace, "-f", "-e", "trace=fsync,fdatasync", "-o", str(out), *follow], stderr=subprocess.PIPE, text=True
        )
        try:
            assert tracer.stderr is not None
            for _pid in pids:
                assert "attached" in tracer.stderr.readline()
            for _n in range(FILINGS):
                answer = client.post("/avvik/nytt", report(str(uuid.uuid4()), cast.it01.kode, token, "Fall i gangen."))
                assert answer.status == 303
        finally:
            tracer.terminate()
            tracer.wait()
            if tracer.stderr is not None:
                tracer.stderr.close()
        assert len(re.findall(r"(?:fsync|fdatasync)\(", out.read_text())) >= FILINGS
    finally:
        server.kill()
