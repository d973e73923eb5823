"""The outbox: once for its occasion, and no state without what belongs to it."""

from spa.models import MOST_ATTEMPTS, MessageKind, MessageState, OutboxMessage, SpaPolicy
from tests.factories import NOW, at, make_client, make_location
from tests.spa.constraints.attempts import allowed, breaks

S = MessageState
CLAIMED = {"state": S.CLAIMED, "claimed_until": at(9), "attempts": 1}
SENT = {"state": S.SENT, "sent_at": at(9), "told_version": 1}
DROPPED = {"state": S.DROPPED, "drop_reason": "past"}
DEAD = {"state": S.DEAD, "attempts": MOST_ATTEMPTS, "last_error_code": "timeout"}


def make_message(**fields) -> OutboxMessage:
    return OutboxMessage.objects.create(
        **{
            "kind": MessageKind.CONFIRMED,
            "subject": "BR-10001",
            "occasion": "1",
            "location": fields.get("location") or make_location(),
            "client": make_client(),
            "created_at": NOW,
            "due_at": NOW,
            **fields,
        }
    )


@breaks("message_is_once_for_its_occasion")
def two_messages_of_one_cause():
    make_message()
    make_message()


@allowed()
def another_kind_of_the_same_version_and_another_version_of_the_same_kind():
    make_message()
    make_message(kind=MessageKind.MOVED)
    make_message(occasion="2")
    make_message(subject="BR-10002")


@allowed(CLAIMED, SENT, DROPPED, DEAD, {"client": None})
def a_message_that_is(fields):
    make_message(**fields)


@breaks("message_kind_is_known")
def a_message_of_another_kind():
    make_message(kind="GOSSIP")


@breaks("message_state_is_known")
def a_message_in_another_state():
    make_message(state="lost")


@breaks("message_is_not_due_before_its_cause")
def a_message_before_its_cause():
    make_message(due_at=at(6, 59))


@breaks("message_is_tried_five_times_at_most")
def a_sixth_attempt():
    make_message(attempts=MOST_ATTEMPTS + 1)


@breaks(
    "message_is_claimed_for_a_while",
    CLAIMED | {"claimed_until": None},
    CLAIMED | {"attempts": 0},
    {"claimed_until": at(9)},
    SENT | {"claimed_until": at(9)},
)
def a_claim_that_is(fields):
    make_message(**fields)


@breaks(
    "message_that_was_sent_says_when",
    SENT | {"sent_at": None},
    {"sent_at": at(9)},
    {"told_version": 1},
)
def a_sent_message_that_is(fields):
    make_message(**fields)


@breaks(
    "message_that_was_dropped_says_why",
    DROPPED | {"drop_reason": ""},
    DROPPED | {"drop_reason": "whim"},
    {"drop_reason": "past"},
)
def a_dropped_message_that_is(fields):
    make_message(**fields)


@breaks("message_that_failed_says_how", DEAD | {"last_error_code": ""}, DEAD | {"attempts": 0})
def a_dead_message_that_is(fields):
    make_message(**fields)


@breaks("policy_quiet_hours_are_hours", {"quiet_from_hour": 24}, {"quiet_until_hour": 24})
def quiet_hours_of(fields):
    SpaPolicy.objects.update(**fields)
