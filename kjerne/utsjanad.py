"""The municipality's own look: its colour and its logo, for pages and for paper."""

from dataclasses import dataclass

from kjerne import files
from kjerne.innstilling import settings
from kjerne.work import Work


@dataclass(frozen=True)
class Utsjanad:
    """The colour (such as #0f4a53, or empty: our own) and the logo as an image's bytes (or nothing)."""

    farge: str = ""
    logo: bytes = b""


def own_look(work: Work) -> Utsjanad:
    """What the municipality has chosen. A logo whose file is gone is no logo."""
    ours = settings(work.db)
    path = files.path_of(work.config.data_dir, ours["logo"]) if ours["logo"] else None
    return Utsjanad(ours["farge"], path.read_bytes() if path and path.is_file() else b"")
