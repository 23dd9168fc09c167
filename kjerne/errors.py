"""The few ways a piece of work can be refused. The edge turns each into a page with a plain sentence."""


class Refusal(Exception):
    """Base of all refusals: `status` is the HTTP answer, `message` a whole sentence for the person."""

    status = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(Refusal):
    """It does not exist, or this person may not see it: the two are told apart by nobody."""

    status = 404


class Conflict(Refusal):
    """Somebody changed it first, or the same key came with another body. Carries both texts when there are two."""

    status = 409

    def __init__(self, message: str = "", *, mine: str = "", theirs: str = "") -> None:
        super().__init__(message)
        self.mine = mine
        self.theirs = theirs


class Refused(Refusal):
    """What was typed cannot be accepted; `field` names the form field it belongs to."""

    status = 422

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class TooMany(Refusal):
    """Too many tries in too short a time; `seconds` is how long to wait."""

    status = 429

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
