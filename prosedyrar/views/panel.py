"""What stands beside a version's text: for those who write, approve or are asked, and for who must read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kjerne.access import ROLLENAMN, Right, Rolle
from kjerne.i18n import gettext as _
from kjerne.work import Work
from prosedyrar import letters, rules
from prosedyrar.mal import unwritten
from prosedyrar.models import Hoyring, HoyringMerknad, Kontrollsporsmal, Revisjonsonske
from prosedyrar.queries import access, dokument, hoyring, lesing, onske
from prosedyrar.queries.lesing import Lesing
from prosedyrar.queries.onskeord import words
from prosedyrar.queries.rader import Linje, Vist
from prosedyrar.rules import Hat, Onske, Steg, Step, Tilstand


@dataclass(frozen=True)
class Merknad:
    """A comment as it is shown, with the names of who wrote and who answered."""

    rad: HoyringMerknad
    kven: str
    svart_av: str


@dataclass(frozen=True)
class Arbeid:
    """What somebody may do with a version, and the hearing that belongs to it."""

    skriv: bool
    steg: Sequence[Step]
    hoyring: Hoyring | None
    dagar_att: int
    spurde: Sequence[str]
    merknader: Sequence[Merknad]
    utan_svar: int
    kan_merkje: bool
    ventar_paa_meg: bool
    delar: Sequence[str]
    kan_byrje: bool
    onske: Sequence[Revisjonsonske]
    onskeord: Mapping[int, str]
    opne_onske: int
    uskrivne: Sequence[str]
    godkjennarar: Sequence[str]
    sendt: datetime | None


@dataclass(frozen=True)
class Lesepanel:
    """Read and understood, at the end of the text."""

    skal: Lesing | None
    kvittert: datetime | None
    medsignert: datetime | None
    sporsmal: Sequence[Kontrollsporsmal]
    ser_status: bool


def _asked(work: Work, row: Hoyring) -> list[str]:
    said = []
    for person, unit, rolle in hoyring.participants(work.db, row.id):
        if person is not None:
            said.append(person)
        elif rolle:
            said.append(f"{ROLLENAMN[Rolle(rolle)]}, {unit}")
        else:
            said.append(_("alle i %(eining)s", eining=unit))
    return said


def _comments(work: Work, versjon_id: int) -> list[Merknad]:
    rows = hoyring.comments(work.db, versjon_id)
    names = dokument.names(work.db, [id_ for row in rows for id_ in (row.person_id, row.svart_av_id)])
    return [Merknad(row, names.get(row.person_id, ""), names.get(row.svart_av_id or 0, "")) for row in rows]


#: What a reader who neither writes nor approves sees beside a version that is not on its way.
_NOTHING: Final = Arbeid(
    skriv=False,
    steg=(),
    hoyring=None,
    dagar_att=0,
    spurde=(),
    merknader=(),
    utan_svar=0,
    kan_merkje=False,
    ventar_paa_meg=False,
    delar=(),
    kan_byrje=False,
    onske=(),
    onskeord={},
    opne_onske=0,
    uskrivne=(),
    godkjennarar=(),
    sendt=None,
)


def work_panel(work: Work, vist: Vist, others: Sequence[Linje]) -> Arbeid:
    """What this person may do with the version; the comments are for everybody who may read a version on its way.

    `others`: the versions of the document that she may read.
    """
    prosedyre, versjon, finst = vist
    hats = access.hats(work, prosedyre, versjon)
    on_its_way = versjon.tilstand in rules.OPEN
    if not hats and not on_its_way:
        return _NOTHING
    writes = Hat.SKRIVAR in hats
    running = hoyring.running(work.db, versjon.id) if on_its_way and finst.hoyrd else None
    shown = _comments(work, versjon.id) if finst.hoyrd and (on_its_way or writes) else []
    missing = sum(1 for row in shown if row.rad.svar is None)
    asked = running is not None and hoyring.is_asked(work, running.id)
    may_comment = running is not None and (asked or bool(hats))
    requests = onske.of_document(work, prosedyre.id) if writes and finst.onske else []
    blank = unwritten(versjon.tekst) if on_its_way and writes else []
    under_way = versjon.tilstand == Tilstand.GYLDIG and any(row.tilstand in rules.OPEN for row in others)
    return Arbeid(
        skriv=writes,
        steg=[
            step
            for step in rules.open_steps(versjon.tilstand, hats)
            if step.steg is not Steg.TIL_GODKJENNING or not (missing or blank)
        ],
        hoyring=running,
        dagar_att=(running.frist - work.today).days if running else 0,
        spurde=_asked(work, running) if running else [],
        merknader=shown,
        utan_svar=missing,
        kan_merkje=may_comment,
        ventar_paa_meg=running is not None and asked and not hoyring.has_answered(work, running.id),
        delar=rules.headings(versjon.tekst) if may_comment else [],
        kan_byrje=versjon.tilstand in {Tilstand.GYLDIG, Tilstand.UTGAATT} and writes and not under_way,
        onske=requests,
        onskeord=words(work, requests) if requests else {},
        opne_onske=sum(1 for row in requests if row.tilstand == Onske.OPEN),
        uskrivne=blank,
        godkjennarar=[person.namn for person in letters.approvers(work, prosedyre, versjon)] if on_its_way and hats else [],
        sendt=dokument.sent_to_approval(work.db, versjon.id) if versjon.tilstand == Tilstand.TIL_GODKJENNING and hats else None,
    )


def reading_panel(work: Work, vist: Vist, *, writes: bool) -> Lesepanel | None:
    """Only a valid version is signed for. Who has signed has nothing more to read; the questions are for who has not."""
    prosedyre, versjon, finst = vist
    if versjon.tilstand != Tilstand.GYLDIG:
        return None
    wanted = lesing.must_read(work, prosedyre.id) if finst.krav and finst.kvittert is None else None
    return Lesepanel(
        skal=wanted,
        kvittert=finst.kvittert,
        medsignert=finst.medsignert,
        sporsmal=dokument.questions(work.db, versjon.id) if wanted else [],
        ser_status=writes or work.has(Right.PROSEDYRE_STATUS),
    )
