"""The form that is only read says what the form that is shown says, field by field, right or wrong."""

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from avvik.forms.meld import MeldForm
from avvik.forms.reglar import TICKED, WRITTEN, Innsend
from avvik.queries.skjema import Utval
from kjerne.clock import oslo_date
from tests.avvik.skjema import body
from tests.cast import Cast
from tests.conftest import Clock


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ({}, True),
        ({"nokkel": "x", "eining": "", "tidspunkt": "i går", "alvorsgrad": "9", "art": "x", "alvor_mogleg": "x"}, False),
        ({"hovudtype": "forbetring", "underkategori": "", "alvorsgrad": "", "skildring": " Eit forslag\r\n "}, True),
        ({"serie_tal": "4x", "parorande_informert": "ja", "anonym": "1", "konfidensiell": "nei", "stadfest": "0"}, False),
        ({"gjeld_leiar": "", "konfidensiell": "1", "parorande_informert": "kanskje", "strakstiltak": "x" * 9000}, False),
        ({"underkategori": "x", "hovudtype": "x", "prosedyre": "7", "skildring": "\ud800", "tillegg_personskade": "ja"}, False),
    ],
)
def test_read_and_shown_are_one(cast: Cast, db: Session, clock: Clock, said: dict[str, str], right: bool) -> None:  # noqa: FBT001 - a parameter
    sent = MultiDict({name: str(value) for name, value in body(**said).items()})
    sent.add("skildring", "Det andre feltet med same namn")
    val = Utval(db, oslo_date(clock()))
    shown, read = MeldForm(val, clock(), sent), Innsend(val, clock(), sent.to_dict())
    assert (shown.check(), read.check()) == (right, right)
    for name in (*WRITTEN, *TICKED):
        one, other = shown[name], getattr(read, name)
        assert (one.data, [str(text) for text in one.errors]) == (other.data, [str(text) for text in other.errors]), name
    assert (shown.hendt, shown.tillegg, shown.extra_errors) == (read.hendt, read.tillegg, read.extra_errors)
    assert shown.texts() == read.texts()


def test_every_field_is_read_but_the_files() -> None:
    assert {*WRITTEN, *TICKED} == {name for name in MeldForm.__dict__ if hasattr(MeldForm.__dict__[name], "field_class")} - {
        "bilete",
        "filer",
    }
