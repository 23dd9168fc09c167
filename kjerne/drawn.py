"""Parts of a page that are drawn once: the same macro with the same values in the same language is the same text.

A macro is remembered in the template that owns it: `{% set ikon = remembered(draw_ikon) %}`. It must be a pure function of its
arguments, so never one that reads the request; where a form's token stands it holds its place (`FIELD_PLACE`), which the page
fills (`filled`). What cannot be compared (a list, a dict) is drawn anew.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from markupsafe import Markup

from kjerne.i18n import current

__all__ = ["FIELD_PLACE", "PLACE", "filled", "pieces", "remembered"]

#: Stands for a form's token in a part that is drawn once: no keyboard writes it.
FIELD_PLACE: Final = "\ue000token\ue000"
#: Stands for what a page puts into a frame that is drawn once.
PLACE: Final = "\ue000stad\ue000"
#: So many texts are kept of one macro.
_MOST: Final = 1024


def remembered(macro: Callable[..., Any]) -> Callable[..., Markup]:
    """The macro, drawn once for each language and set of arguments. Types count: a text and a Markup are not the same."""

    @lru_cache(maxsize=_MOST, typed=True)
    def drawn(_sprak: str, *args: Any, **named: Any) -> Markup:
        return Markup(macro(*args, **named))  # noqa: S704 - a macro escapes what it is given, and says what it is

    def draw(*args: Any, **named: Any) -> Markup:
        try:
            return drawn(current(), *args, **named)
        except TypeError:
            return Markup(macro(*args, **named))  # noqa: S704 - as above

    return draw


def filled(text: Markup, token: str) -> Markup:
    """A part that was drawn once, with this page's token in its forms."""
    return Markup(str(text).replace(FIELD_PLACE, token))  # noqa: S704 - the text is a macro's, the token is signed by us


@lru_cache(maxsize=512)
def pieces(frame: Markup, token: str) -> tuple[Markup, ...]:
    """What stands between the places of a frame that was drawn once, with this session's token in its forms."""
    return tuple(Markup(one) for one in str(filled(frame, token)).split(PLACE))  # noqa: S704 - as above
