"""Parts of a page that are drawn once: the same macro with the same values in the same language is the same text.

A macro is remembered in the template that owns it: `{% set ikon = remembered(draw_ikon) %}`. It must be a pure function of its
arguments, so never one that holds a form's token or reads the request; what cannot be compared (a list, a dict) is drawn anew.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from markupsafe import Markup

from kjerne.i18n import current

__all__ = ["remembered"]

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
