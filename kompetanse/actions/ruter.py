"""Kept cells of the map: forgotten when something they rest on changes."""

from sqlalchemy.orm import Session


def forget_person(db: Session, person_id: int) -> None:
    """What the map kept of this person's units holds no more."""


def forget_all(db: Session) -> None:
    """A need or the catalogue changed: nothing kept holds."""
