"""How the gateway answered: a minute and key is one row, and its figures fit each other."""

from spa.models import GatewayMinute
from tests.factories import NOW
from tests.spa.constraints.attempts import allowed, breaks


def make_minute(**fields) -> None:
    GatewayMinute.objects.create(
        **{"minute": NOW, "key": "private", "calls": 1, "total_ms": 90, "slowest_ms": 90, **fields}
    )


@breaks("gateway_minute_is_counted_once_for_a_key")
def the_same_minute_twice():
    make_minute()
    make_minute(calls=2)


@allowed()
def a_minute_of_each_key():
    make_minute()
    make_minute(key="public")


@breaks("gateway_minute_key_is_known")
def a_minute_of_another_key():
    make_minute(key="events")


@breaks("gateway_minute_has_counted_something", {"calls": 0}, {"failures": 2}, {"slowest_ms": 91})
def a_minute_with(fields):
    make_minute(**fields)


@breaks(
    "gateway_minute_that_was_refused_says_how",
    {"refused_at": NOW},
    {"refused_with": 401},
    {"refused_at": NOW, "refused_with": 404},
)
def a_refusal_with(fields):
    make_minute(**fields)


@allowed({"refused_at": NOW, "refused_with": 401}, {"failures": 1})
def a_minute_that_has(fields):
    make_minute(**fields)
