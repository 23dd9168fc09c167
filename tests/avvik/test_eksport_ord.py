"""An export says what a case was called when it was filed, whatever the municipality has changed since."""

from datetime import timedelta

from sqlalchemy import select, update

from avvik.models import Avvik
from kjerne.db import Databases
from kjerne.katalog import Arsak, Underkategori
from tests.avvik.conftest import FileCase, Post
from tests.avvik.test_eksport import csv_rows
from tests.cast import Cast
from tests.conftest import ClientFor, Clock


def test_an_old_case_keeps_its_words_in_the_file(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, databases: Databases, clock: Clock
) -> None:
    old, ended = file_case(), file_case()
    assert post(cast.leif, old, "arsak", arsak="utstyr").status_code == 303
    assert post(cast.leif, ended, "arsak", arsak="utstyr").status_code == 303
    before = {row["Saksnummer"]: row for row in csv_rows(client_for(cast.leif), liste="alle")}
    clock.forward(days=2)
    today = clock().date()
    with databases.writing() as db:
        code = db.scalars(select(Avvik.underkategori)).first()
        db.execute(
            update(Avvik)
            .where(Avvik.lopenr == int(ended.partition("-")[2]))
            .values(status="lukka", lukka_tid=clock() - timedelta(days=1))
        )
        for table, kode in ((Underkategori, code), (Arsak, "utstyr")):
            row = db.scalars(select(table).where(table.kode == kode)).one()
            columns = {one.key: getattr(row, one.key) for one in table.__table__.columns if one.key not in {"id", "gjeld_fra"}}
            row.gjeld_til = today - timedelta(days=1)
            db.add(table(**{**columns, "nn": "NYE ORD", "gjeld_fra": today}))
        db.commit()
    new = file_case()
    now = {row["Saksnummer"]: row for row in csv_rows(client_for(cast.leif), liste="alle")}
    assert (now[old]["Kategori"], now[new]["Kategori"]) == (before[old]["Kategori"], "NYE ORD")
    assert (now[old]["Årsak"], now[ended]["Årsak"]) == ("NYE ORD", before[ended]["Årsak"]), "an open case is in today's words"
