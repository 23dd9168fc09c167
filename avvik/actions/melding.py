"""What a reporter said, its digest, and the code an anonymous one gets."""

import hashlib
import hmac
import json
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Melding", "body_hash", "code_hash", "tracking_code"]


@dataclass(frozen=True)
class Melding:
    """What the reporter said. `hendt` is aware UTC. Free texts are already cleaned and passed the identity guard."""

    nokkel: str
    eining_id: int
    hendt: datetime
    hovudtype: str
    underkategori: str
    skildring: str
    alvor: int
    art: str = "avvik"
    alvor_mogleg: int | None = None
    strakstiltak: str = ""
    arsak: str = ""
    forslag: str = ""
    konfidensiell: bool = False
    anonym: bool = False
    gjeld_leiar: bool = False
    serie_tal: int = 1
    parorande_informert: bool | None = None
    kjent: datetime | None = None
    tillegg: dict[str, str] = field(default_factory=dict)
    filer: tuple[str, ...] = ()
    prosedyre_id: int | None = None


def body_hash(melding: Melding, secret: str, browser: str = "") -> str:
    """A digest of everything the form said, to tell "the same again" from "another body under the same key".

    An anonymous report's key has no person. `browser` takes her place: the random secret of the session's forms, which lies
    in that browser alone and is new at each login, so that the digest answers 409 to others and leads to nobody.
    """
    said = json.dumps(vars(melding), sort_keys=True, default=str).encode()
    if melding.anonym:
        said += b"/" + browser.encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def tracking_code(nokkel: str, secret: str) -> str:
    """The anonymous reporter's code: 16 signs from the form's random key, so that a repeated filing shows the same one."""
    raw = hmac.new(secret.encode(), b"sporing/" + nokkel.encode(), hashlib.sha256).digest()
    text = b32encode(raw[:10]).decode()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def code_hash(code: str) -> str:
    """What is kept of a tracking code."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(f"sporing/{plain}".encode()).hexdigest()
