"""Letters about the newest demo cases, with the product's own texts. They are marked as sent: nobody in the demo can get mail."""

from datetime import datetime, timedelta
from typing import Final

from avvik.actions.dialogue import LETTER_ANSWER, LETTER_ANSWER_BODY, LETTER_QUESTION, LETTER_QUESTION_BODY
from avvik.actions.report import LETTER_NEW, LETTER_NEW_BODY
from demo.bulk import Rader
from demo.personar import Ansatt
from demo.sak import Sak
from demo.verda import Verda
from kjerne.i18n import Lazy, language
from kjerne.i18n import gettext as _

__all__ = ["Postkasse"]

_NYLEG: Final = timedelta(days=21)


class Postkasse:
    """Puts letters in the outbox, for cases of the last three weeks from the `first` id on."""

    def __init__(self, verda: Verda, rader: Rader, first: int) -> None:
        self._verda = verda
        self._rader = rader
        self._first = first

    def letters(self, sak: Sak) -> None:
        """To who got the case, and to the reporter when she was answered or asked."""
        forlop, reporter = sak.forlop, sak.plan.meldar
        if sak.id < self._first or self._verda.now - sak.plan.meldt > _NYLEG or sak.gruppe == "varsel":
            return
        self._letter(sak, sak.handler, "ny", LETTER_NEW, LETTER_NEW_BODY, sak.plan.meldt)
        if sak.plan.anonym or forlop.start is None or forlop.svar is None:
            return
        self._letter(sak, reporter, "svar", LETTER_ANSWER, LETTER_ANSWER_BODY, forlop.svar)
        if forlop.spurd is not None:
            self._letter(sak, reporter, "sporsmal", LETTER_QUESTION, LETTER_QUESTION_BODY, forlop.spurd)

    def _letter(self, sak: Sak, to: Ansatt, slag: str, subject: Lazy, body: Lazy, at: datetime) -> None:  # noqa: PLR0917 - a letter has these parts
        with language(to.sprak or "nn"):
            lines = [
                str(body),
                "",
                f"{_('Sak')} {sak.nr}, {sak.plan.eining.namn}",
                f"{self._verda.config.base_url}/avvik/{sak.nr}",
                "",
                _("Brevet inneheld aldri tekst frå saka. Logg inn for å lese."),
            ]
            about = f"{subject} {sak.nr}"
        self._rader.add(
            "epost",
            nokkel=f"avvik-{sak.id}-{slag}-{to.id}",
            til_person_id=to.id,
            til_adresse=to.epost,
            emne=about,
            tekst="\n".join(lines),
            laga=at,
            neste_forsok=at,
            sendt=at + timedelta(minutes=1),
        )
