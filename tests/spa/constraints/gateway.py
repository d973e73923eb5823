"""What the processes remember together of the gateway."""

from spa.models import BreakerState
from tests.spa.constraints.attempts import allowed, breaks


@breaks("breaker_phase_is_known", "broken", "")
def a_breaker_that_is(phase):
    BreakerState.objects.create(name="wompi", phase=phase, opened_at="2026-11-30T00:00Z")


@breaks("breaker_that_is_not_closed_has_its_moment", "open", "half-open")
def a_breaker_without_a_moment_that_is(phase):
    BreakerState.objects.create(name="wompi", phase=phase)


@allowed("closed")
def a_breaker_without_a_moment_that_may_be(phase):
    BreakerState.objects.create(name="wompi", phase=phase)
