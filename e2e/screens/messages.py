"""What clients are told: messages that wait, and one that was given up."""

from e2e.screens.registry import screen, to
from tests.spa.constraints.messages import DEAD, make_message


@screen("messages that have not left")
def _(page, house):
    of = {"subject": house.visit.code, "location": house.location}
    make_message(**of)
    make_message(occasion="2", **of, **DEAD)
    to(page, "/messages/")
    page.wait_for_selector("#message-list table")
