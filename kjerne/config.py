"""Settings from the environment: typed, with defaults for the embedded start, refused when not understood."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "INTERNKONTROLL_"
MIN_KEY_LENGTH = 32
WEAK_KEYS = frozenset({"secret", "changeme", "dev", "password", "hemmeleg"})


class ConfigError(ValueError):
    """A setting that is not understood; the text says which and what it takes."""


@dataclass(frozen=True)
class Config:
    """All settings of one installation. `docs/drift.md` lists them; a test keeps the list complete."""

    database_url: str
    data_dir: Path
    secret_key: str
    smtp_url: str = ""
    mail_from: str = "internkontroll@localhost"
    base_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    sprak: str = "nn"
    metrics_token: str = ""
    proxies: int = 0
    argon_time: int = 2
    argon_memory_kib: int = 19 * 1024
    idle_minutes: int = 30
    absolute_hours: int = 12
    shared_idle_seconds: int = 180
    max_upload_mib: int = 25

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def is_plain_local(self) -> bool:
        """Plain http on loopback: the only case in which cookies go without Secure."""
        parts = urlsplit(self.base_url)
        return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}


def _int(name: str, raw: str, low: int, high: int) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9 and low <= int(raw) <= high):
        raise ConfigError(f"{PREFIX}{name} must be a whole number from {low} to {high}, not {raw!r}.")
    return int(raw)


def _bool(name: str, raw: str) -> bool:
    if raw not in {"0", "1"}:
        raise ConfigError(f"{PREFIX}{name} must be 0 or 1, not {raw!r}.")
    return raw == "1"


def _url(name: str, raw: str, schemes: tuple[str, ...]) -> str:
    if urlsplit(raw).scheme not in schemes:
        raise ConfigError(f"{PREFIX}{name} must start with one of {', '.join(s + '://' for s in schemes)}.")
    return raw


def _secret(env: Mapping[str, str], data_dir: Path) -> str:
    """The key from the environment; else one made once and kept, readable by the owner only, in the data directory."""
    given = env.get(PREFIX + "SECRET_KEY")
    if given is None:
        path = data_dir / "secret.key"
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
                handle.write(secrets.token_hex(32))
        given = path.read_text().strip()
    if len(given) < MIN_KEY_LENGTH or given.lower() in WEAK_KEYS or len(set(given)) < 8:
        raise ConfigError(f"{PREFIX}SECRET_KEY must be a random text of at least {MIN_KEY_LENGTH} characters.")
    return given


_INTS = {
    "PROXIES": (0, 5),
    "ARGON_TIME": (1, 20),
    "ARGON_MEMORY_KIB": (8, 4_194_304),
    "IDLE_MINUTES": (1, 720),
    "ABSOLUTE_HOURS": (1, 24),
    "SHARED_IDLE_SECONDS": (30, 1800),
    "MAX_UPLOAD_MIB": (1, 100),
}
_SCHEMES = {
    "DATABASE_URL": ("sqlite", "postgresql", "postgresql+psycopg"),
    "SMTP_URL": ("smtp", "smtps"),
    "BASE_URL": ("http", "https"),
}
_TEXTS = {"MAIL_FROM", "METRICS_TOKEN"}


def _value(name: str, raw: str) -> object:
    """The typed value of one setting. Raises `ConfigError` when the name or the value is not understood."""
    if name in _INTS:
        return _int(name, raw, *_INTS[name])
    if name in _SCHEMES:
        return _url(name, raw, _SCHEMES[name])
    if name in _TEXTS:
        return raw
    if name == "DEMO":
        return _bool(name, raw)
    if name == "SPRAK":
        if raw not in {"nn", "nb", "en"}:
            raise ConfigError(f"{PREFIX}SPRAK must be nn, nb or en.")
        return raw
    raise ConfigError(f"{PREFIX}{name} is not a setting. See docs/drift.md for the list.")


def load(env: Mapping[str, str] | None = None) -> Config:
    """Read `INTERNKONTROLL_*`. Raises `ConfigError` on an unknown name or a value that is not understood."""
    env = os.environ if env is None else env
    data_dir = Path(env.get(PREFIX + "DATA_DIR", "var")).absolute()
    values: dict[str, object] = {"database_url": f"sqlite:///{data_dir / 'internkontroll.db'}"}
    for key, raw in env.items():
        name = key.removeprefix(PREFIX)
        if name != key and name not in {"DATA_DIR", "SECRET_KEY"} and not name.startswith("TEST_"):
            values[name.lower()] = _value(name, raw)
    url = str(values["database_url"])
    if url.startswith("postgresql://"):
        values["database_url"] = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if "base_url" in values:
        values["base_url"] = str(values["base_url"]).rstrip("/")
    return Config(data_dir=data_dir, secret_key=_secret(env, data_dir), **values)  # type: ignore[arg-type]  # checked above
