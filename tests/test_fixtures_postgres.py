"""The PostgreSQL that the other tests stand on."""

from sqlalchemy import create_engine, make_url, text


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
