"""What is counted of strangers: how often, never who."""

from spa.models import RateCounter
from tests.factories import NOW, at
from tests.spa.constraints.attempts import allowed, breaks

DIGEST = "0123456789abcdef" * 4


def make_counter(**changed) -> RateCounter:
    written = {"key": DIGEST, "name": "x", "began_at": NOW, "ends_at": at(8), "count": 1}
    return RateCounter.objects.create(**written | changed)


@breaks(
    "rate_counter_key_is_a_digest", "203.0.113.9", "ana@correo.test", DIGEST[:-1], DIGEST.upper()
)
def a_counter_whose_key_is(key):
    make_counter(key=key)


@breaks("rate_counter_ends_after_it_began", NOW, at(6, 59))
def a_counter_from_seven_that_ends(moment):
    make_counter(ends_at=moment)


@breaks("rate_counter_has_counted_something")
def a_counter_of_nothing():
    make_counter(count=0)


@allowed(1, 2_000_000_000)
def a_counter_of(count):
    make_counter(count=count)
