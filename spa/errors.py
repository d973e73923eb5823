"""The base of every refusal, and the refusals that belong to no single subject (rule book §13)."""

from django.utils.translation import gettext_lazy as _


class BusinessLogicError(Exception):
    """A refusal: `detail` tells a person what to do next, `internal_code` is a promise.

    `http_status` is what the web answers with, and `retry_after_seconds` when to come again;
    `facts` are plain values for the screen (a reason code, the version in the database), never
    personal ones.
    """

    internal_code = "SPA-RULE"
    http_status = 422
    retry_after_seconds: int | None = None
    default_detail = _("This is not possible.")

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        self.detail = detail or self.default_detail
        self.facts = facts
        super().__init__(str(self.detail))


class RuleBroken(BusinessLogicError):
    """A rule of the house forbids it; `facts["reason"]` says which."""


class Busy(BusinessLogicError):
    """Somebody else held the rows for longer than we wait."""

    internal_code = "SPA-BUSY"
    http_status = 409
    default_detail = _("Somebody else is changing this right now. Try again in a moment.")


class Stale(BusinessLogicError):
    """The row was changed after the form was shown; `facts["version"]` is today's."""

    internal_code = "SPA-STALE"
    http_status = 409
    default_detail = _("This was changed meanwhile. Look at it again before you go on.")
