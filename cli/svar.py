"""What the import commands say, in the municipality's language: one wording for all of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from administrasjon.actions.plan import State
from cli.installation import Installation, Stop
from kjerne.i18n import Lazy, language
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l

#: What becomes of a row, in a word.
WORDS: Mapping[State, Lazy] = {
    State.NY: _l("ny"),
    State.ENDRA: _l("endra"),
    State.UENDRA: _l("uendra"),
    State.FEIL: _l("stoppa"),
}
NUMBER, WORD = 5, 9


@contextmanager
def our_language(installation: Installation) -> Iterator[None]:
    """Everything inside is said in the language the municipality has chosen, refusals too."""
    with installation.looking() as work:
        chosen = work.sprak
    with language(chosen):
        yield


def demand_file(path: Path) -> None:
    """Raise `Stop` unless the file is there."""
    if not path.is_file():
        raise Stop(_("Fila %(namn)s finst ikkje.", namn=path))


def row_line(number: int, what: object, said: str) -> str:
    """A row of the file, what becomes of it, and what it is about."""
    return f"{number:>{NUMBER}}  {what!s:<{WORD}} {said}"


def under(said: str) -> str:
    """More about the row above."""
    return f"{'':>{NUMBER + WORD + 3}}{said}"


def passed_over(columns: Sequence[str]) -> list[str]:
    """The line about columns nobody reads, when there are any."""
    return [_("Kolonnar som ikkje er lesne: %(namn)s.", namn=", ".join(columns))] if columns else []


def counts(nye: int, endra: int, uendra: int, avviste: int) -> str:
    """How many rows became what."""
    return _("Nye: %(a)s. Endra: %(b)s. Uendra: %(c)s. Avviste: %(d)s.", a=nye, b=endra, c=uendra, d=avviste)


def ending(*, trial: bool, changes: int) -> str:
    """The last line: whether anything was written."""
    if trial:
        return _("Ei prøve: ingenting er skrive.")
    return _("Skrive.") if changes else _("Det var ingenting å endre.")
