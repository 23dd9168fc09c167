"""The outbox: nothing is lost, one bad letter or a dead server stops nothing else, and a letter goes once."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from kjerne import mail
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Epost, Person
from tests.cast import Cast
from tests.conftest import Clock, WorkFor


@dataclass
class Postbox:
    """A mail server that keeps what it gets and refuses the receivers it is told to."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        raw = envelope.content
        assert isinstance(raw, bytes)
        letter = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def with_server(config: Config, port: int) -> Config:
    values = {**vars(config), "smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "internkontroll@kommune.test"}
    return Config(**values)


@pytest.fixture
def two_letters(databases: Databases, cast: Cast, work_for: WorkFor) -> None:
    with databases.writing() as db:
        work = work_for(db, None)
        mail.queue(work, cast.leif, "Ny sak 2026-1", "Sak 2026-1 i Solbakken.\nhttp://127.0.0.1:8000/avvik/2026-1", key="a-1")
        mail.queue(work, cast.kari, "Kvittering", "Sak 2026-1 er motteken – blåbær.", key="a-2")
        db.commit()


def waiting(databases: Databases) -> list[Epost]:
    with databases.reading() as db:
        return list(db.scalars(select(Epost).where(Epost.sendt.is_(None)).order_by(Epost.id)))


@pytest.mark.both
@pytest.mark.usefixtures("two_letters")
def test_letters_arrive_once_with_their_text_and_a_fixed_id(
    databases: Databases, config: Config, postbox: Postbox, clock: Clock
) -> None:
    config = with_server(config, postbox.port)
    assert mail.send_outbox(databases, config, clock()) == 2
    assert mail.send_outbox(databases, config, clock()) == 0
    assert [letter["Subject"] for letter in postbox.letters] == ["Ny sak 2026-1", "Kvittering"]
    assert postbox.letters[0]["Message-ID"] == "<a-1@kommune.test>"
    assert postbox.letters[0]["Auto-Submitted"] == "auto-generated"
    assert "blåbær" in postbox.letters[1].get_content()
    assert waiting(databases) == []


@pytest.mark.usefixtures("two_letters")
def test_a_dead_server_loses_nothing_and_is_asked_less_and_less_often(
    databases: Databases, config: Config, postbox: Postbox, clock: Clock
) -> None:
    dead = with_server(config, 1)
    waits = []
    for _ in range(12):
        assert mail.send_outbox(databases, dead, clock()) == 0
        row = waiting(databases)[0]
        assert row.feil == "ConnectionRefusedError"
        waits.append(row.neste_forsok - clock())
        clock.now = row.neste_forsok
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=2)
    assert waits[-1] == mail.MAX_WAIT
    assert mail.send_outbox(databases, with_server(config, postbox.port), clock()) == 2
    assert len(postbox.letters) == 2


@pytest.mark.usefixtures("two_letters")
def test_one_poisoned_letter_does_not_stop_the_others(
    databases: Databases, config: Config, postbox: Postbox, clock: Clock, cast: Cast
) -> None:
    postbox.refuses.add(str(cast.leif.epost))
    assert mail.send_outbox(databases, with_server(config, postbox.port), clock()) == 1
    assert [letter["Subject"] for letter in postbox.letters] == ["Kvittering"]
    assert [row.nokkel for row in waiting(databases)] == ["a-1"]


def test_a_letter_that_cannot_even_be_written_waits_and_the_next_goes(
    databases: Databases, config: Config, postbox: Postbox, clock: Clock
) -> None:
    with databases.writing() as db:
        for number, address in enumerate(("ikkje\ni orden", "ok@kommune.test")):
            db.add(Epost(nokkel=f"n-{number}", til_adresse=address, emne="e", tekst="t", laga=clock(), neste_forsok=clock()))
        db.commit()
    assert mail.send_outbox(databases, with_server(config, postbox.port), clock()) == 1
    assert postbox.letters[0]["To"] == "ok@kommune.test"


def test_a_subject_cannot_smuggle_in_a_header(
    databases: Databases, config: Config, postbox: Postbox, clock: Clock, cast: Cast, work_for: WorkFor
) -> None:
    with databases.writing() as db:
        mail.queue(work_for(db, None), cast.kari, "Hei\r\nBcc: alle@kommune.test", "x", key="k")
        db.commit()
    mail.send_outbox(databases, with_server(config, postbox.port), clock())
    assert postbox.letters[0]["Bcc"] is None


@pytest.mark.both
def test_two_schedulers_at_once_send_each_letter_once(databases: Databases, config: Config, postbox: Postbox, clock: Clock) -> None:
    with databases.writing() as db:
        for number in range(20):
            db.add(
                Epost(
                    nokkel=f"n-{number}",
                    til_adresse="a@kommune.test",
                    emne=str(number),
                    tekst="t",
                    laga=clock(),
                    neste_forsok=clock(),
                )
            )
        db.commit()
    config = with_server(config, postbox.port)
    senders = [Databases(config.database_url) for _ in range(2)]
    crowd = [threading.Thread(target=mail.send_outbox, args=(mine, config, clock())) for mine in senders]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    for mine in senders:
        mine.dispose()
    # One of the two may have stopped early at a letter the other took; what is left goes next minute.
    mail.send_outbox(databases, config, clock())
    assert sorted(int(letter["Subject"]) for letter in postbox.letters) == list(range(20))


def test_killed_between_answer_and_commit_sends_again_with_the_same_id(
    databases: Databases,
    config: Config,
    postbox: Postbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    cast: Cast,
    work_for: WorkFor,
) -> None:
    with databases.writing() as db:
        mail.queue(work_for(db, None), cast.kari, "Hei", "x", key="ein-gong")
        db.commit()
    config = with_server(config, postbox.port)
    with monkeypatch.context() as patch:
        patch.setattr(mail, "_settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            mail.send_outbox(databases, config, clock())
    assert mail.send_outbox(databases, config, clock()) == 0, "claimed: nobody else sends it yet"
    clock.forward(minutes=6)
    assert mail.send_outbox(databases, config, clock()) == 1
    assert {letter["Message-ID"] for letter in postbox.letters} == {"<ein-gong@kommune.test>"}


def test_the_same_key_is_one_letter_and_who_has_no_address_gets_none(databases: Databases, cast: Cast, work_for: WorkFor) -> None:
    with databases.writing() as db:
        work = work_for(db, None)
        mail.queue(work, cast.kari, "Hei", "x", key="k")
        mail.queue(work, cast.kari, "Hei", "x", key="k")
        mail.queue(work, Person(ansattnr="9", namn="Utan", epost=None), "Hei", "x", key="l")
        mail.queue(work, Person(ansattnr="8", namn="Slutta", epost="s@kommune.test", deaktivert=True), "Hei", "x", key="m")
        db.commit()
    assert [row.nokkel for row in waiting(databases)] == ["k"]


@pytest.mark.usefixtures("two_letters")
def test_without_a_mail_server_the_letters_wait(databases: Databases, config: Config, clock: Clock) -> None:
    assert mail.send_outbox(databases, config, clock()) == 0
    assert [row.forsok for row in waiting(databases)] == [0, 0]
