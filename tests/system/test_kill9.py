"""A case that was acknowledged exists once, whatever is cut: `kill -9` between any two instructions, then the same form again."""

import threading
import time
import urllib.error
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from avvik.models import Avvik, AvvikNokkel
from kjerne.db import Databases
from tests import make
from tests.cast import Cast
from tests.system.server import Client, Server, report

ROUNDS = 2


def words(key: str) -> str:
    """A text of its own for each form, without digits that could look like somebody's number."""
    return "Fall ved senga, " + "".join(chr(ord("a") + int(sign, 16)) for sign in key if sign != "-") + "."


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server process on this test's database."""
    made = Server(database_url, tmp_path / "data")
    yield made
    made.kill()


@pytest.mark.both
def test_acknowledged_is_kept_and_sent_again_is_once(cast: Cast, databases: Databases, server: Server) -> None:
    acknowledged: dict[str, str] = {}
    sent: list[str] = []
    for round_no in range(ROUNDS):
        server.start()
        client = Client(server.url)
        client.log_in(cast.kari.ansattnr, make.PASSORD)
        token = client.token("/avvik/nytt")
        for key in sent:
            answer = client.post("/avvik/nytt", report(key, cast.it01.kode, token, words(key)))
            if key in acknowledged:
                assert (answer.status, answer.location) == (303, acknowledged[key])
            assert answer.status == 303
            acknowledged[key] = answer.location
        stop = threading.Event()

        def file_until_cut(client: Client = client, token: str = token, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                key = str(uuid.uuid4())
                sent.append(key)
                try:
                    answer = client.post("/avvik/nytt", report(key, cast.it01.kode, token, words(key)))
                except (urllib.error.URLError, OSError):
                    return
                if answer.status == 303:
                    acknowledged[key] = answer.location

        filer = threading.Thread(target=file_until_cut)
        before = len(acknowledged)
        filer.start()
        while len(acknowledged) < before + 3 + round_no and filer.is_alive():
            time.sleep(0.005)
        server.kill()
        stop.set()
        filer.join()
    server.start()
    client = Client(server.url)
    client.log_in(cast.kari.ansattnr, make.PASSORD)
    token = client.token("/avvik/nytt")
    for key in sent:
        answer = client.post("/avvik/nytt", report(key, cast.it01.kode, token, words(key)))
        assert answer.status == 303
        assert acknowledged.setdefault(key, answer.location) == answer.location
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Avvik)) == len(sent)
        assert db.scalar(select(func.count()).select_from(AvvikNokkel)) == len(sent)
    assert len(set(acknowledged.values())) == len(sent)
