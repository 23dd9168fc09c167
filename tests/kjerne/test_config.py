"""Settings: typed, refused when not understood, and never a weak key."""

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from kjerne import config
from kjerne.config import Config, ConfigError

KEY = "0123456789abcdef" * 4


def load(tmp_path: Path, **given: str) -> Config:
    env = {f"INTERNKONTROLL_{name}": value for name, value in given.items()}
    return config.load({"INTERNKONTROLL_DATA_DIR": str(tmp_path), "PATH": "/bin", **env})


def test_without_settings_it_is_embedded_local_and_makes_its_own_key(tmp_path: Path) -> None:
    found = load(tmp_path / "var")
    assert found.database_url == f"sqlite:///{tmp_path / 'var' / 'internkontroll.db'}"
    assert found.is_sqlite
    assert found.is_plain_local
    key = tmp_path / "var" / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(found.secret_key) == 64
    assert load(tmp_path / "var").secret_key == found.secret_key, "the same key next time"
    assert load(tmp_path / "other").secret_key != found.secret_key


def test_each_setting_is_typed(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        SECRET_KEY=KEY,
        DATABASE_URL="postgresql://u@/ik?host=/run",
        SMTP_URL="smtps://u:p@post.kommune.test:465",
        BASE_URL="https://ik.kommune.test/",
        MAIL_FROM="ik@kommune.test",
        METRICS_TOKEN="hysj",
        SPRAK="nb",
        DEMO="1",
        PROXIES="1",
        IDLE_MINUTES="20",
    )
    assert found == Config(
        database_url="postgresql+psycopg://u@/ik?host=/run",
        data_dir=tmp_path,
        secret_key=KEY,
        smtp_url="smtps://u:p@post.kommune.test:465",
        base_url="https://ik.kommune.test",
        mail_from="ik@kommune.test",
        metrics_token="hysj",
        sprak="nb",
        demo=True,
        proxies=1,
        idle_minutes=20,
    )
    assert not found.is_sqlite
    assert not found.is_plain_local


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDLE_MINUTES", "0"),
        ("IDLE_MINUTES", "1e3"),
        ("IDLE_MINUTES", "٣٠"),
        ("IDLE_MINUTES", "9" * 5000),
        ("PROXIES", "-1"),
        ("DEMO", "ja"),
        ("SPRAK", "se"),
        ("DATABASE_URL", "mysql://x"),
        ("SMTP_URL", "post.kommune.test"),
        ("BASE_URL", "ftp://x"),
        ("SECRET_KEY", "kort"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", ""),
        ("DATABSE_URL", "sqlite:///x"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load(tmp_path, **{"SECRET_KEY": KEY, name: value})


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://ik.kommune.test", False),
        ("https://127.0.0.1", False),
        ("http://127.0.0.1.evil.test", False),
    ],
)
def test_cookies_go_without_secure_on_plain_loopback_only(tmp_path: Path, url: str, plain: bool) -> None:  # noqa: FBT001 - a table
    assert load(tmp_path, SECRET_KEY=KEY, BASE_URL=url).is_plain_local is plain


def test_the_operations_guide_lists_every_setting() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")
    lacking = [f.name.upper() for f in fields(Config) if f"`INTERNKONTROLL_{f.name.upper()}`" not in guide]
    assert not lacking, f"docs/drift.md does not mention {lacking}"
