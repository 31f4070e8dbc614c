"""Every error a user may meet, with its exit code and HTTP status.

TilannekuvaError                1  500
├── BadInput                    2  400   what was asked cannot be understood
│   ├── BadInstant              2  400   neither an instant nor a day
│   ├── UnknownArea             2  404   no such area
│   ├── UnknownIndicator        2  404   no such indicator
│   ├── UnknownSource           2  404   no such source
│   ├── UnknownPicture          2  404   no picture or brief of this name was published
│   ├── UnknownDecision         2  404   no decision of this name is known
│   └── UnknownScenario         2  404   no scenario or assumptions of this name are known
├── BadDefinition               3  500   a recipe, an indicator or the settings hold a mistake
├── NoWorkspace                 4  500   the folder holds no workspace
├── Busy                        5  503   another process writes to this workspace
├── NotInstalled                8  503   what was asked needs an extra that is not installed
├── Refused                     9  401   who asks was not let in
│   └── TooMany                 9  429   too many tries; it says when to come again
├── SourceError                 6  502   a source gave nothing that can be used
│   ├── NoAnswer                6  502   the source did not answer
│   └── NotUnderstood           6  502   it answered something else than agreed
└── Damaged                     7  500   stored bytes are not those that were stored
"""

from typing import ClassVar


class TilannekuvaError(Exception):
    """Something went wrong; the message says what the user can do."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500


class BadInput(TilannekuvaError):
    """What was asked cannot be understood."""

    exit_code = 2
    http_status = 400


class BadInstant(BadInput):
    """A text is neither an instant nor a day."""


class UnknownArea(BadInput):
    """No area has this code or name."""

    http_status = 404


class UnknownIndicator(BadInput):
    """No indicator has this id."""

    http_status = 404


class UnknownSource(BadInput):
    """No source has this id."""

    http_status = 404


class UnknownPicture(BadInput):
    """No picture or brief of this name was published."""

    http_status = 404


class UnknownDecision(BadInput):
    """No decision of this name is known."""

    http_status = 404


class UnknownScenario(BadInput):
    """No scenario or assumptions of this name are known."""

    http_status = 404


class BadDefinition(TilannekuvaError):
    """A recipe, an indicator or the settings hold a mistake."""

    exit_code = 3


class NoWorkspace(TilannekuvaError):
    """The folder holds no workspace."""

    exit_code = 4


class Busy(TilannekuvaError):
    """Another process writes to this workspace."""

    exit_code = 5
    http_status = 503


class NotInstalled(TilannekuvaError):
    """What was asked needs an extra that is not installed; `command` installs it."""

    exit_code = 8
    http_status = 503

    def __init__(self, what: str, extra: str) -> None:
        self.command = f"pip install 'tilannekuva[{extra}]'"
        super().__init__(f"{what} needs more than is installed: {self.command}")


class Refused(TilannekuvaError):
    """Who asks was not let in; the message never tells whether there is such a person."""

    exit_code = 9
    http_status = 401


class TooMany(Refused):
    """Too many tries; `wait` is the number of whole seconds after which to come again."""

    http_status = 429

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"too many tries; come again in {wait} seconds")


class SourceError(TilannekuvaError):
    """A source gave nothing that can be used."""

    exit_code = 6
    http_status = 502


class NoAnswer(SourceError):
    """The source did not answer; `retry_after` seconds when it said so itself."""

    def __init__(self, message: str, *, retry_after: float | None = None, permanent: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.permanent = permanent


class NotUnderstood(SourceError):
    """The source answered something else than its recipe agrees with."""


class Damaged(TilannekuvaError):
    """Stored bytes are not those that were stored."""

    exit_code = 7
