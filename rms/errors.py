"""The one tree of errors. Where an error becomes a page, an exit code or an alert is decided once, at the edge.

RmsError
  NotFound              no such thing, or not this organisation's: the two look the same on purpose
  Conflict              someone else changed it first; reload and look
  Refused               the domain says no; the message is a sentence for the person who asked
  NotAllowed            this person may not do this
  Usage                 the command line was used wrongly (exit code 2)
  BadInput              what came in cannot be read; the message says what and where (exit code 3)
  Unavailable           a system we need is away (exit code 4)
    DatabaseAway        PostgreSQL cannot be reached or closed the connection
  GatewayError          an outside system did not do what was asked
    GatewayUnreachable  nothing is known to have happened there, or nothing can be known; try again
    GatewayRefused      it said no; trying again will not help, so a person must see it
"""


class RmsError(Exception):
    """Base of every error RMS raises on purpose. `str(error)` is one sentence in plain words."""


class NotFound(RmsError):
    """No such thing, or it belongs to another organisation."""


class Conflict(RmsError):
    """Someone else changed it first."""


class Refused(RmsError):
    """The domain says no."""


class NotAllowed(RmsError):
    """This person may not do this."""


class Usage(RmsError):
    """The command was called with the wrong words."""


class BadInput(RmsError):
    """What came in cannot be read."""


class Unavailable(RmsError):
    """A system we need is away."""


class DatabaseAway(Unavailable):
    """PostgreSQL cannot be reached."""


class GatewayError(RmsError):
    """An outside system did not do what was asked.

    `try_again` says whether asking again can help; `outcome_known` is False when the other side may have acted (a
    time-out after the request left): then the state is *unknown* and must be resolved by asking, never by repeating.
    """

    try_again = False

    def __init__(self, message: str, *, outcome_known: bool = True) -> None:
        super().__init__(message)
        self.outcome_known = outcome_known


class GatewayUnreachable(GatewayError):
    """The other side did not answer."""

    try_again = True


class GatewayRefused(GatewayError):
    """The other side said no."""
