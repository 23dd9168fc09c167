"""`internkontroll kassasjon`: lists, and disposes only when told to and when the number is typed in."""

from datetime import timedelta

from sqlalchemy import func, select

from avvik.models import Avvik
from cli.installation import Installation
from kjerne.clock import utcnow
from kjerne.models import Loggline
from tests import make
from tests.cli.test_commands import Run, here, run  # noqa: F401 - the fixtures of the command line

LONG_AGO = timedelta(days=6 * 366)


def old_case(here: Installation) -> None:  # noqa: F811 - a fixture's value
    """A case that was closed six years ago."""
    filed = utcnow() - LONG_AGO
    with here.transaction() as work:
        work.db.add(
            Avvik(
                aar=filed.year,
                lopenr=1,
                eining_id=make.eining(work.db, "HO").id,
                hendt=filed,
                meldt=filed,
                hovudtype="pasient_brukar",
                underkategori="fall_utan_skade",
                hovudtype_meldt="pasient_brukar",
                underkategori_meldt="fall_utan_skade",
                skildring="Kanarifuglen song.",
                alvor=2,
                alvor_meldt=2,
                status="lukka",
                lukka_tid=filed,
                frist_svar=filed.date(),
                frist_start=filed.date(),
                frist_lukking=filed.date(),
            )
        )


def texts(here: Installation) -> list[str]:  # noqa: F811 - a fixture's value
    with here.databases.reading() as db:
        return list(db.scalars(select(Avvik.skildring)))


def test_it_lists_asks_and_disposes_once(run: Run, here: Installation) -> None:  # noqa: F811 - the fixtures
    old_case(here)
    code, said, _err = run("kassasjon")
    assert code == 0
    assert "1 of 1 proposed cases" in said
    assert "Kanari" not in said
    code, said, complaint = run("kassasjon", "--godkjenn", stdin="ja\n")
    assert (code, "Nothing was disposed of." in complaint) == (1, True)
    assert texts(here) == ["Kanarifuglen song."]
    assert run("kassasjon", "--godkjenn", stdin="1\n")[0] == 0
    assert texts(here) == [""]
    assert "0 of 0" in run("kassasjon", "--godkjenn", stdin="1\n")[1]
    with here.databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Loggline).where(Loggline.hending == "avvik:kassert")) == 1
