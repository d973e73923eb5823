"""The refusal that all commands of this folder share, and the texts it guards."""

from django.utils.translation import gettext_lazy as _

from spa import text
from spa.errors import RuleBroken

MAX_REASON = 500
MIN_LETTERS = 3


class DetailInvalid(RuleBroken):
    """Something typed about a client cannot be kept: `facts["field"]` and `facts["reason"]`."""

    def __init__(self, detail: str, *, field: str, reason: str) -> None:
        super().__init__(detail, field=field, reason=reason)


def written_reason(typed: str) -> str:
    """Return a reason fit to be kept: at least three letters, at most 500 characters.

    :raises DetailInvalid: it is too short to mean anything, or too long
    """
    reason = text.visible(typed, keep_lines=True)
    if sum(character.isalpha() for character in reason) < MIN_LETTERS:
        raise DetailInvalid(
            _("Write the reason in a few words."), field="reason", reason="reason_missing"
        )
    if len(reason) > MAX_REASON:
        raise DetailInvalid(
            _("Shorten the reason to %(limit)s characters.") % {"limit": MAX_REASON},
            field="reason",
            reason="too_long",
        )
    return reason
