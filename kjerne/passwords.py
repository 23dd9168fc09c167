"""Passwords: Argon2id at OWASP's minimum (19 MiB, t=2, p=1: a shift change must not eat both cores)."""

import argon2

from kjerne.config import Config

MIN_LENGTH = 10
MAX_LENGTH = 200


def _hasher(config: Config) -> argon2.PasswordHasher:
    return argon2.PasswordHasher(time_cost=config.argon_time, memory_cost=config.argon_memory_kib, parallelism=1)


def make_hash(config: Config, password: str) -> str:
    """The hash that is kept."""
    return _hasher(config).hash(password)


def check(config: Config, stored: str | None, password: str) -> bool:
    """Whether the password fits. An unknown person (None) costs the same time as a known one."""
    hasher = _hasher(config)
    if stored is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(stored, password)
    except (
        argon2.exceptions.VerifyMismatchError,
        argon2.exceptions.InvalidHashError,
        argon2.exceptions.VerificationError,
    ):
        return False
