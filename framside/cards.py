"""The list "dette ventar på deg": a table of what packages offer. One line here makes a card; nothing else knows it."""

from collections.abc import Callable
from dataclasses import dataclass

import ros.queries.lists
import tiltak.queries
from administrasjon.queries import oppstart
from avvik.queries.kassasjon import proposed_count
from avvik.queries.lists import Lister, open_count
from kjerne.access import Right
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.known import known
from kjerne.work import Work
from kompetanse.queries import opplaering, personar
from oppdragsbrev.queries import matrise
from prosedyrar.queries import hoyring, lesing, onske
from prosedyrar.queries.mitt import approval_count, overdue_count


@dataclass(frozen=True)
class Card:
    """Something that may wait for a person: shown with its count to those who hold one of the rights, when it is above 0."""

    one: Lazy
    many: Lazy
    href: str
    icon: str
    count: Callable[[Work], int]
    rights: tuple[Right, ...] = ()
    urgent: bool = False


@dataclass(frozen=True)
class Shown:
    """A card as it is drawn."""

    text: str
    href: str
    icon: str
    count: int
    urgent: bool


def scheme_to_confirm(work: Work) -> int:
    """1 until an administrator has said which scheme for serious events is in force (domene 2.1)."""
    return 0 if settings(work.db)["meldeordning_stadfesta"] else 1


READERS = (Right.AVVIK_LES, Right.AVVIK_LES_LOFTA, Right.AVVIK_KOPI)
CARDS: tuple[Card, ...] = (
    Card(
        _l("Steg står att før kommunen er i gang"),
        _l("Steg står att før kommunen er i gang"),
        "/innstillingar/#oppstart",
        "check",
        oppstart.left_count,
        (Right.DRIFT,),
    ),
    Card(
        _l("Stadfest kva ordning for alvorlege hendingar som gjeld no"),
        _l("Stadfest kva ordning for alvorlege hendingar som gjeld no"),
        "/innstillingar/meldeordning",
        "flag",
        scheme_to_confirm,
        (Right.DRIFT,),
        urgent=True,
    ),
    Card(
        _l("Sak over fristen"),
        _l("Saker over fristen"),
        "/avvik/?liste=over-frist",
        "warning",
        lambda work: open_count(work, Lister.OVER_FRIST),
        READERS,
        urgent=True,
    ),
    Card(
        _l("Sak ventar på deg"),
        _l("Saker ventar på deg"),
        "/avvik/?liste=ventar",
        "inbox",
        lambda work: open_count(work, Lister.VENTAR),
    ),
    Card(
        _l("Sak er klar for kassasjon"),
        _l("Saker er klare for kassasjon"),
        "/avvik/kassasjon",
        "document",
        proposed_count,
        (Right.AVVIK_KASSER,),
    ),
    Card(
        _l("Risikoanalyse ventar på godkjenning frå deg"),
        _l("Risikoanalysar ventar på godkjenning frå deg"),
        "/ros/?vis=ventar",
        "table",
        ros.queries.lists.approving_count,
        (Right.ROS_GODKJENN,),
    ),
    Card(
        _l("Risikoanalyse skal reviderast"),
        _l("Risikoanalysar skal reviderast"),
        "/ros/?vis=ventar",
        "table",
        ros.queries.lists.revising_count,
        (Right.ROS_SKRIV,),
    ),
    Card(
        _l("Del av oppdragsbrevet ventar på svar frå deg"),
        _l("Delar av oppdragsbrevet ventar på svar frå deg"),
        "/oppdragsbrev/",
        "mail",
        matrise.answering_count,
    ),
    Card(
        _l("Levert punkt i oppdragsbrevet å sjå over"),
        _l("Leverte punkt i oppdragsbrevet å sjå over"),
        "/oppdragsbrev/",
        "inbox",
        matrise.judging_count,
        (Right.BREV_SKRIV,),
    ),
    Card(_l("Tiltak å følgje opp"), _l("Tiltak å følgje opp"), "/tiltak/?vis=ventar", "list-check", tiltak.queries.waiting_count),
    Card(_l("Prosedyre å lese"), _l("Prosedyrar å lese"), "/prosedyrar/leseliste", "eye", lesing.waiting_count),
    Card(
        _l("Høyring ventar på svaret ditt"),
        _l("Høyringar ventar på svaret ditt"),
        "/prosedyrar/?hylle=ventar-meg",
        "people",
        hoyring.waiting_count,
    ),
    Card(
        _l("Prosedyre ventar på godkjenning"),
        _l("Prosedyrar ventar på godkjenning"),
        "/prosedyrar/?hylle=ventar-meg",
        "check",
        approval_count,
        (Right.PROSEDYRE_GODKJENN,),
    ),
    Card(
        _l("Prosedyre har passert revisjonsfristen"),
        _l("Prosedyrar har passert revisjonsfristen"),
        "/prosedyrar/leseliste#revisjon",
        "history",
        overdue_count,
        (Right.PROSEDYRE_SKRIV,),
    ),
    Card(
        _l("Ønske om revisjon ventar"),
        _l("Ønske om revisjon ventar"),
        "/prosedyrar/onske",
        "edit",
        onske.waiting_count,
        (Right.PROSEDYRE_SKRIV,),
    ),
    Card(
        _l("Lesekvittering ventar på medsignatur"),
        _l("Lesekvitteringar ventar på medsignatur"),
        "/prosedyrar/leseliste#medsigner",
        "edit",
        lesing.cosign_count,
        (Right.PROSEDYRE_GODKJENN,),
    ),
    Card(
        _l("Kompetanse du har går ut innan 30 dagar"),
        _l("Kompetansar du har går ut innan 30 dagar"),
        "/kompetanse/meg",
        "cap",
        personar.own_expiring,
    ),
    Card(
        _l("Kompetanse å stadfeste"),
        _l("Kompetansar å stadfeste"),
        "/kompetanse/#bevis",
        "cap",
        personar.waiting_count,
        (Right.KOMPETANSE_SKRIV,),
    ),
    Card(
        _l("Hending ber om opplæring"),
        _l("Hendingar ber om opplæring"),
        "/kompetanse/plan",
        "cap",
        opplaering.open_count,
        (Right.KOMPETANSE_SKRIV,),
    ),
)


def cards_for(work: Work) -> tuple[Shown, ...]:
    """What waits for this person, in the table's order."""
    return known(work, _shown)


def _shown(work: Work) -> tuple[Shown, ...]:
    found: list[Shown] = []
    for card in CARDS:
        if card.rights and not any(work.has(right) for right in card.rights):
            continue
        count = card.count(work)
        if count:
            found.append(Shown(str(card.one if count == 1 else card.many), card.href, card.icon, count, card.urgent))
    return tuple(found)
