"""Word in: a docx checked, read in a child process with limits, and turned into Markdown with a report of what was left behind.

`convert` knows no database: title, type and text are what the file says. Who may import and what becomes of it: `actions`.
"""

from dataclasses import dataclass, field

from kjerne.filinnhald import BadFile, Inspected
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from prosedyrar.word import gjett
from prosedyrar.word.lesar import read

__all__ = ["TAPT", "BadFile", "Converted", "convert"]

#: What Markdown cannot hold, in words; counted for each file.
TAPT: dict[str, Lazy] = {
    "diagram": _l("Diagram og SmartArt er ikkje med. Legg det inn att som bilete."),
    "tekstboks": _l("Tekst i tekstboksar er flytta inn i teksten. Sjå at han står rett."),
    "formel": _l("Formlar er ikkje med."),
    "objekt": _l("Innebygde filer er ikkje med. Legg dei ved."),
    "samanslatt": _l("Samanslåtte celler i tabellar er delte. Sjå over tabellane."),
    "endring": _l("Dokumentet hadde sporte endringar. Dei er godtekne."),
    "kommentar": _l("Kommentarar er ikkje med."),
    "topptekst": _l("Topptekst og botntekst er ikkje med."),
    "lenkje": _l("Lenkjer inni dokumentet eller til filer hos dykk er blitt vanleg tekst."),
    "tabell_i_tabell": _l("Ein tabell inni ein tabell er blitt vanleg tekst."),
    "liste_i_celle": _l("Lister i tabellceller står på éi linje."),
    "bilete": _l("Bilete i eit format vi ikkje kan vise, er ikkje med. Lagre dei som png eller jpg."),
    "tom": _l("Dokumentet har nesten ingen tekst."),
}


@dataclass(frozen=True)
class Converted:
    """A Word document as Markdown. Images stand in the text as `bilete:1`, `bilete:2` and lie in `images` in that order.

    `lost` counts what could not be carried over, by the codes of `TAPT`.
    """

    title: str
    kind: str
    text: str
    images: tuple[Inspected, ...] = ()
    lost: dict[str, int] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """What was left behind, as sentences in the reader's language."""
        return [str(TAPT[kind]) for kind in TAPT if kind in self.lost]


def convert(data: bytes, filename: str) -> Converted:
    """Read one Word file. Raises `BadFile` with a sentence for the person; a broken or hostile file never raises else."""
    made = read(data, filename)
    title = made.title or gjett.title_of_name(filename)
    return Converted(title, gjett.kind(title, filename), made.text, made.images, made.lost, made.lines)
