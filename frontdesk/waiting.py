"""What a visit pays ahead and how long it waits for that, as a form offers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from spa.services import booking
from spa.wompi import checkout, keys

LENGTHS = (60, 4 * 60, 24 * 60)  # minutes, besides what the policy says


@dataclass(frozen=True, slots=True)
class Length:
    """One of the lengths for which an unpaid visit can be kept."""

    minutes: int
    until: datetime
    chosen: bool


@dataclass(frozen=True, slots=True)
class Deposit:
    """The deposit of a visit, or of a party, that is being put together."""

    cents: int
    lengths: tuple[Length, ...]
    by_link: bool  # whether it can be asked for by a payment link


def deposit(
    guests: Mapping[int, tuple[int, bool]],
    starts_at: datetime,
    *,
    policy: Mapping[str, int],
    keep: int | None,
    now: datetime,
) -> Deposit | None:
    """Return what is due of `guests` (cents and whether she is a VIP, by number); None if nothing.

    No query.
    """
    each = [
        booking.due_cents(cents, starts_at, vip=vip, policy=policy, now=now)
        for cents, vip in guests.values()
    ]
    if not any(each):
        return None
    usual = policy["hold_minutes"]
    return Deposit(
        sum(each),
        lengths(starts_at, usual=usual, chosen=keep or usual, now=now),
        by_link=keys.are_set() and max(each) >= checkout.LEAST_CENTS,
    )


def lengths(starts_at: datetime, *, usual: int, chosen: int, now: datetime) -> tuple[Length, ...]:
    """Return for how long an unpaid visit can be kept; longer ones than its start are one."""
    offered: dict[datetime, int] = {}
    for minutes in sorted({usual, chosen, *LENGTHS}):
        offered.setdefault(booking.end_of_hold(minutes, starts_at, now=now), minutes)
    best = booking.end_of_hold(chosen, starts_at, now=now)
    return tuple(Length(minutes, until, until == best) for until, minutes in offered.items())
