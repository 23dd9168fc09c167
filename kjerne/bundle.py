"""The file of a backup: a plain tar in which every byte can be checked.

The parts come first, then `manifest.json` (which names each part's SHA-256), and last a closing block of fixed size that holds
the SHA-256 of the manifest and of all that stands before the block. So a flipped byte is found wherever it lies, also in the
tar's own headers and padding, and the part it lies in can be named. `tar -tf` and `tar -xf` read the file.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from kjerne.errors import Refused

MANIFEST = "manifest.json"
CLOSING = "SHA256"
FORMAT = 1
BLOCK = 512
TAIL = 4 * BLOCK  # the closing block's header and text, and the two empty blocks that end a tar
CHUNK = 1024 * 1024
BETWEEN = "the packing between the parts"


class Damaged(Refused):
    """The file is not what was written; the message names the part."""


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


def _tail(manifest: str, whole: str) -> bytes:
    said = f"{manifest} {MANIFEST}\n{whole} all before this\n".encode("ascii")
    return (_header(CLOSING, len(said)) + said).ljust(TAIL, b"\0")


def sum_of(handle: IO[bytes]) -> str:
    """The SHA-256 of all that is left to read."""
    digest = hashlib.sha256()
    while chunk := handle.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


class Writer:
    """Adds parts to a file that is open for writing. `parts` is the SHA-256 of each by name."""

    def __init__(self, handle: BinaryIO) -> None:
        self.parts: dict[str, str] = {}
        self._handle = handle
        self._whole = hashlib.sha256()

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add a part of exactly `size` bytes. Raises OSError when the source holds another number."""
        self._put(_header(name, size))
        digest, seen = hashlib.sha256(), 0
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            seen += len(chunk)
            self._put(chunk)
        if seen != size:
            raise OSError(f"{name} changed while it was read")
        self._put(b"\0" * (-size % BLOCK))
        self.parts[name] = digest.hexdigest()

    def finish(self, manifest: dict[str, Any]) -> None:
        """Add the manifest and the closing block."""
        raw = json.dumps(manifest, indent=1, sort_keys=True).encode("ascii")
        self.add(MANIFEST, io.BytesIO(raw), len(raw))
        self._handle.write(_tail(self.parts.pop(MANIFEST), self._whole.hexdigest()))

    def _put(self, data: bytes) -> None:
        self._whole.update(data)
        self._handle.write(data)


class Reader:
    """The parts of a file that has been written by `Writer`."""

    def __init__(self, handle: BinaryIO, tar: tarfile.TarFile) -> None:
        self._handle = handle
        self._tar = tar
        self._members = {info.name: info for info in tar}

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a part. Raises `Damaged` when it is not there."""
        info = self._members.get(name)
        found = self._tar.extractfile(info) if info is not None and info.isreg() else None
        if found is None:
            raise Damaged(f"The backup is damaged: {name} is missing. Nothing was restored.")
        return found

    def manifest(self) -> dict[str, Any]:
        """Check every byte and give the manifest. Raises `Damaged`, which names the parts that are not as they were written."""
        wrong = self._wrong()
        if wrong:
            more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
            raise Damaged(f"The backup is damaged: {', '.join(wrong[:5])}{more}. Nothing was restored; use another backup.")
        with self.open(MANIFEST) as handle:
            found: dict[str, Any] = json.load(handle)
        if found.get("format") != FORMAT:
            raise Damaged(f"The backup is of format {found.get('format')}; this program reads {FORMAT}. Nothing was restored.")
        return found

    def _wrong(self) -> list[str]:
        with self.open(MANIFEST) as handle:
            raw = handle.read()
        own = hashlib.sha256(raw).hexdigest()
        whole, closing = self._ends()
        if _tail(own, whole) == closing:
            return []
        if own.encode("ascii") not in closing:
            return [f"{MANIFEST} or the closing block"]
        listed: dict[str, str] = json.loads(raw)["delar"]
        return [name for name, digest in listed.items() if not self._holds(name, digest)] or [BETWEEN]

    def _holds(self, name: str, digest: str) -> bool:
        if name not in self._members:
            return False
        with self.open(name) as part:
            return sum_of(part) == digest

    def _ends(self) -> tuple[str, bytes]:
        """The digest of all before the closing block, and that block as it stands."""
        left = self._handle.seek(0, io.SEEK_END) - TAIL
        self._handle.seek(0)
        digest = hashlib.sha256()
        while left > 0 and (chunk := self._handle.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        return digest.hexdigest(), self._handle.read()


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open a backup for reading. Raises `Damaged` when it is no tar at all."""
    with path.open("rb") as handle:
        try:
            tar = tarfile.open(fileobj=handle, mode="r:")  # noqa: SIM115 - closed with the handle it reads from
            reader = Reader(handle, tar)
        except (tarfile.TarError, ValueError, EOFError):
            raise Damaged(f"{path.name} is not a backup, or its beginning is damaged. Nothing was restored.") from None
        yield reader
