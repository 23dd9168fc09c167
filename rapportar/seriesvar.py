"""What a run chart says, in words, for page and paper alike."""

from kjerne.i18n import fnumber
from kjerne.i18n import gettext as _
from kjerne.signal import Signal


def say(read: Signal) -> str:
    """The two rules of a run chart in words; too few points say so, and so does "no signal"."""
    if not read.nok:
        return _("Median %(m)s. For få månader til å seie om endringane er meir enn tilfeldige.", m=fnumber(read.median, 1))
    facts = _(
        "Median %(m)s. Lengste serie på éi side er %(lengst)s (grense %(grense)s), %(kryss)s kryssingar (minst %(venta)s venta).",
        m=fnumber(read.median, 1),
        lengst=read.lengst,
        grense=read.grense,
        kryss=read.kryssingar,
        venta=read.venta,
    )
    head = _("Signal: noko anna enn tilfeldig variasjon.") if read.signal else _("Ikkje signal: variasjonen kan vere tilfeldig.")
    return f"{head} {facts}"
