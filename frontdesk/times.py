"""When a visit can start, as it is drawn: days, best times, all others, and why not the rest."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from frontdesk import strip
from frontdesk.asked import Asked
from frontdesk.offers import Offer, offer
from spa import engine, localtime
from spa.models import Location, StaffMember
from spa.services import slots
from spa.services.slots import start_of

BEST = 3
Window = slots.Window | slots.PartyWindow


@dataclass(frozen=True, slots=True)
class Switch:
    """The two buttons above the times: with these therapists, or with anyone."""

    value: int
    names: str
    anyone: bool


@dataclass(frozen=True, slots=True)
class Start:
    """A start that is not among the best: free, or struck out."""

    at: datetime
    free: bool
    why: str = ""  # it is struck out
    begins_a_run: bool = False  # of starts with the same reason: the keyboard stops here


@dataclass(frozen=True, slots=True)
class Times:
    """All that is shown of one day and the strip around it."""

    day: date
    days: tuple[strip.Day, ...]
    parts: tuple[strip.Part, ...]
    first: tuple[Offer, ...]  # of the days of the strip
    best: tuple[Offer, ...]
    others: tuple[Start, ...]
    reasons: tuple[tuple[datetime, datetime, str], ...]  # from, to, sentence
    free: int
    chosen: Offer | None
    chosen_by_itself: bool
    impossible: str  # why the start that was asked for cannot be, if it cannot
    day_is_automatic: bool


def draw(
    found: slots.FreeTimes,
    asked: Asked,
    *,
    location: Location,
    staff: Mapping[int, StaffMember],
    choose: bool = True,
    stands_at: datetime | None = None,
) -> Times:
    """Draw the day asked for out of what was `found` on the strip's days; no query.

    A day that nobody asked for gives way to the first one with a free start. `choose`: take the
    best start when none was asked for. `stands_at`: the start of the visit that is moved.
    """
    zone, window = location.tz, found.window
    day = asked.day
    if asked.day_is_automatic and not found.on(day).first:
        day = next((one.day for one in found.days if one.day >= day and one.first), day)

    today = {start_of(slot): slot for slot in found.on(day).slots}
    refused = found.on(day).refused
    best = slots.best(today.values(), BEST)
    names = short_names(staff.values())
    reasons = slots.why_not(refused, window=window, staff=names, zone=zone)
    present = None if stands_at is None else localtime.minutes(stands_at)
    at = None if asked.start is None else localtime.minutes(asked.start)
    slot = today.get(at) if at is not None else (best[0] if best and choose else None)

    def drawn(slot: engine.Slot | engine.PartySlot) -> Offer:
        return offer(plans_of(slot), window, staff, zone, slot.merits)

    days = [one.day for one in found.days]
    return Times(
        day=day,
        # Every start of a party is a search of its own kind: two weeks of them are not counted.
        days=strip.draw_days(found.days, day, counted=isinstance(window, slots.Window)),
        parts=strip.parts(asked.part, window.house.opening, days, zone),
        first=tuple(map(drawn, strip.first_of_days(found.days, but=present))),
        best=tuple(map(drawn, best)),
        others=_others(today, refused, set(map(start_of, best)), window, zone, reasons),
        reasons=tuple(
            (_local(why.first, zone), _local(why.last, zone), why.sentence) for why in reasons
        ),
        free=len(today),
        chosen=drawn(slot) if slot else None,
        chosen_by_itself=asked.start is None,
        impossible="" if slot else why_impossible(asked.start, window, names, zone),
        day_is_automatic=asked.day_is_automatic,
    )


def plans_of(slot: engine.Slot | engine.PartySlot) -> tuple[engine.Plan, ...]:
    """Return the plans of a start, one of each who comes."""
    return slot.plans if isinstance(slot, engine.PartySlot) else (slot.plan,)


def short_names(staff: Iterable[StaffMember]) -> dict[int, str]:
    """Return first names by key, whole names where two share one."""
    members = list(staff)
    shared = Counter(member.first_name for member in members)
    return {m.pk: m.first_name if shared[m.first_name] == 1 else m.name for m in members}


def why_impossible(start: datetime | None, window: Window, names: Mapping[int, str], zone) -> str:
    """Return what stands in the way of a start that was asked for; nothing where nothing does."""
    if start is None:
        return ""
    together = isinstance(window, slots.PartyWindow)
    answer = window.plans_at(start) if together else window.plan_at(start)
    if not isinstance(answer, engine.Refused):
        return ""
    say = slots.party_sentence if together else slots.sentence
    return say(answer, window=window, staff=names, zone=zone)


def _others(
    free: Mapping[int, object],
    refused: Sequence[engine.Refused],
    best: set[int],
    window: Window,
    zone,
    reasons: Sequence[slots.Why],
) -> tuple[Start, ...]:
    """Return all starts but the best, without those at which nobody would look for one."""
    starts = {start: True for start in free if start not in best}
    for one in refused:
        codes = {reason.code for reason in one.reasons}
        is_open = any(begin <= one.start < end for begin, end in window.facts.opening)
        if is_open and not codes & {"lead_time", "too_far"}:
            starts[one.start] = False
    return tuple(_starts(sorted(starts.items()), reasons, zone))


def _starts(
    starts: Iterable[tuple[int, bool]], reasons: Sequence[slots.Why], zone
) -> Iterator[Start]:
    runs, told = [why.first for why in reasons], 0
    for at, is_free in starts:
        # Whatever is refused lies in one of the runs, which are in order of time.
        run = 0 if is_free else bisect(runs, at)
        why = reasons[run - 1].sentence if run else ""
        yield Start(_local(at, zone), is_free, why, run not in (0, told))
        told = run


def _local(minute: int, zone) -> datetime:
    return localtime.moment(minute).astimezone(zone)
