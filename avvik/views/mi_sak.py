"""A case as its reporter sees it: receipt, promise, what happens next, the talk, and what came of her latest reports."""

from flask import make_response
from werkzeug.wrappers import Response

from avvik import tekstar
from avvik.actions.report import Kvittering, deadline_row
from avvik.models import Avvik
from avvik.queries.access import who_am_i
from avvik.queries.duplikat import Samla, joined_into
from avvik.queries.lists import Lister, open_count
from avvik.queries.lofte import kept_promise
from avvik.queries.prosedyre import of_case
from avvik.queries.reporter import LATEST, held_by, latest_cases, what_happens
from avvik.queries.sak import Linje, Ordliste, read_mine, words_of
from avvik.rules import OPEN, STATUSNAMN, Status, Steg, Who, open_steps, status_name
from kjerne.errors import Refused
from kjerne.i18n import Lazy
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work

#: Where nobody has begun: the page is still the receipt.
WAITING = frozenset({Status.MELD, Status.SEND_VIDARE})
#: The kinds of history lines that carry a text between reporter and handler: these are shown as a talk.
TALK = frozenset(
    {
        "sporsmal",
        "opplysning",
        "svar",
        "forste_svar",
        "alvor_endra",
        "type_endra",
        "lukka",
        "avvist",
        "duplikat",
        "innvending",
        "namn_opna",
        "prosedyre_endra",
        "ny_prosedyre",
    }
)


#: Those that say it all without a text.
WORDLESS = frozenset({"alvor_endra", "type_endra", "prosedyre_endra", "ny_prosedyre"})
#: The same lines said to the reporter herself.
TO_HER: dict[str, Lazy] = {
    "sporsmal": _l("%(kven)s spør deg"),
    "svar": _l("%(kven)s svarar deg"),
    "forste_svar": _l("%(kven)s svarar deg"),
    "opplysning": _l("Du skreiv"),
    "innvending": _l("Du bad om ny vurdering"),
}


def _heading(avvik: Avvik, samla: Samla | None, *, ny: bool) -> str:
    """The first words of the page: thanks, a question, an answer, or where the case stands."""
    status = Status(avvik.status)
    if samla:
        return _("Meldinga di er slått saman med %(nr)s", nr=samla.nr)
    if ny:
        return _("Takk. Meldinga di er motteken.")
    if avvik.ventar_meldar and status in OPEN:
        return _("Du har fått eit spørsmål")
    if avvik.forste_svar_tid is not None and status in WAITING:
        return _("Du har fått svar")
    return _("Meldinga di: %(status)s", status=str(STATUSNAMN[status]).lower())


def _about(linje: Linje, words: Ordliste) -> str:
    said = TO_HER.get(linje.hending.slag)
    return str(said) % {"kven": tekstar.who(linje)} if said else tekstar.sentence(linje, words, {})


def _talk(historie: list[Linje], words: Ordliste) -> list[dict[str, object]]:
    """The talk, oldest first: who, what in plain words, the text, and whether it is the reporter's own."""
    return [
        {
            "om": _about(linje, words),
            "tekst": linje.hending.tekst,
            "tid": linje.hending.tid,
            "eige": linje.hending.aktor == Who.REPORTER.value,
            "sporsmal": linje.hending.slag == "sporsmal",
        }
        for linje in historie
        if linje.hending.slag in TALK and (linje.hending.tekst or linje.hending.slag in WORDLESS)
    ]


def _followed(avvik: Avvik, samla: Samla | None) -> Avvik:
    """The case in which something is done: her own, or the one hers was joined with."""
    return samla.sak if samla and samla.open_for_her else avvik


def receipt_context(work: Work, avvik: Avvik, eining: Eining, words: Ordliste) -> dict[str, object]:
    """What the petrol panel and the four steps say, for an open, confidential or anonymous reporter alike."""
    samla = joined_into(work, avvik)
    followed = _followed(avvik, samla)
    hos = held_by(work, followed, work.db.get_one(Eining, followed.eining_id))
    kept, due = kept_promise(work, avvik.eining_id)
    return {
        "avvik": avvik,
        "eining": eining,
        "kva": words.label("underkategori", avvik.underkategori),
        "hos": hos,
        "steg": what_happens(avvik, hos, samla),
        "samla": samla,
        "halde": kept,
        "rekna": due,
        "svardagar": deadline_row(work, avvik.alvor, avvik.meldt).svar_arbeidsdagar,
        "statusnamn": status_name(Status(avvik.status), joined=samla is not None),
        "open_sak": Status(avvik.status) in OPEN,
        "tittel": _heading(avvik, samla, ny=avvik.forste_svar_tid is None and Status(avvik.status) in WAITING),
    }


def reporter_page(work: Work, avvik: Avvik, *, refusal: Refused | None = None) -> str:
    """The reporter's own page of a case she can see: it is also the receipt. After a refused step the text is kept.

    Her own readings are not put in the read log: for a confidential case that would give her name to its owner.
    """
    words = words_of(work, avvik)
    sak = read_mine(work, avvik)
    steps = set(open_steps(Status(avvik.status), who_am_i(work, avvik)))
    guard = refusal.verdict if isinstance(refusal, Guarded) else None
    said = [text for texts in guard.messages().values() for text in texts] if guard else []
    return render(
        work,
        "avvik/kvittering.html",
        **receipt_context(work, avvik, sak.eining, words),
        kode=None,
        forte_til=of_case(work, _followed(avvik, joined_into(work, avvik))).led_to,
        samtale=_talk(sak.historie, words),
        filer=sak.filer,
        tillegg=sak.tillegg,
        kan_svare=Steg.SVAR_SPORSMAL in steps,
        kan_legge_ved=Steg.VEDLEGG in steps,
        kan_innvende=Steg.INNVENDING in steps and not avvik.innvending_brukt,
        siste=latest_cases(work, but=avvik.id),
        tal_mine=open_count(work, Lister.MINE),
        maks_siste=LATEST,
        feil=said or ([refusal.message] if refusal else []),
        data_feil=guard.feil if guard else "",
    )


def anonymous_receipt(work: Work, receipt: Kvittering) -> Response:
    """The anonymous reporter's receipt, sent at once: number, who has it, and the code that is the only way back."""
    words = words_of(work, receipt.avvik)
    eining = work.db.get_one(Eining, receipt.avvik.eining_id)
    page = render(
        work,
        "avvik/kvittering.html",
        **receipt_context(work, receipt.avvik, eining, words),
        kode=receipt.sporingskode,
        forte_til=[],
        samtale=[],
        filer=[],
        tillegg=[],
        kan_svare=False,
        kan_legge_ved=False,
        kan_innvende=False,
        siste=[],
        tal_mine=0,
        maks_siste=LATEST,
        feil=[],
        data_feil="",
    )
    return make_response(page, 200)


def talk_at_code(work: Work, avvik: Avvik) -> list[dict[str, object]]:
    """The talk as it is shown at an anonymous tracking code."""
    return _talk(read_mine(work, avvik).historie, words_of(work, avvik))


def unknown_code() -> str:
    """The sentence for a code that leads nowhere: the same for wrong, misspelt and never given."""
    return _("Vi finn ikkje denne koden. Sjå over han og prøv igjen.")
