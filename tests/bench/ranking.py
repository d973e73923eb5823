"""What the ranking wins: the same month of callers, given our best start or simply the first.

On plain values, without a database. A day's callers come in no order, each with hours that suit
her; who is offered nothing within them goes away.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from spa import engine
from tests.bench.measure import Figure, Options, bench

MONTHS, DAYS = 5, 30  # as many months, each from a seed of its own
OPENS, CLOSES = 8 * 60, 20 * 60
STAFF, ROOMS = 5, 4
BUFFER, SHORTEST = 10, 30
CALLERS = 60  # a day: more than fit in
LENGTHS = (30, 45, 60, 60, 90)
WORTHWHILE = sorted(LENGTHS)[2] + BUFFER  # as the product counts it: `House.worthwhile`
MASSAGE, FACIAL = 1, 2
ABLE = {MASSAGE: frozenset({1, 2, 3}), FACIAL: frozenset({3, 4, 5})}
# Who works when; the others all day.
SHIFTS = {1: (OPENS, 16 * 60), 5: (11 * 60, CLOSES)}

Choose = Callable[[tuple[engine.Slot, ...], tuple[engine.Wish, ...], engine.Facts], engine.Plan]


@dataclass(frozen=True)
class Caller:
    """What somebody asks for, and when she could come."""

    wishes: tuple[engine.Wish, ...]
    earliest: int
    latest: int
    usual: frozenset[int]


@dataclass
class Outcome:
    """A month, in minutes."""

    booked: int = 0
    lost: int = 0  # in gaps too short to sell
    turned_away: int = 0
    changes: int = 0  # of room, within a visit
    usual: int = 0  # clients who got whom they usually have


@bench("ranking")
def ranking(_options: Options) -> Iterator[Figure]:
    months = {
        key: [month(seed, choose) for seed in range(MONTHS)]
        for key, choose in (("ours", best_ranked), ("staff", our_staff), ("first", first_free))
    }
    words = {
        "ours": "by our ranking",
        "staff": "at the first start, to whom we rank first",
        "first": "at the first start, to the first free",
    }
    for key, sold in months.items():
        outcomes = ", ".join(
            f"{sum(getattr(one, name) for one in sold)} {what}"
            for name, what in (
                ("turned_away", "turned away"),
                ("usual", "with their usual therapist"),
                ("changes", "changes of room"),
            )
        )
        booked, lost = ([getattr(one, name) / 60 for one in sold] for name in ("booked", "lost"))
        what = f"a month of {STAFF} therapists, sold {words[key]}"
        yield Figure(f"ranking.{key}.booked", what, "hours", booked, note=outcomes)
        yield Figure(f"ranking.{key}.lost", "… in gaps too short to sell", "hours", lost)
        if key != "first":
            won = [a.booked / b.booked for a, b in zip(sold, months["first"], strict=True)]
            yield Figure(f"ranking.{key}.won", "… against the first free", "ratio", won)


def month(seed: int, choose: Choose) -> Outcome:
    """Sell a month to the callers of that seed."""
    chance, outcome = Random(seed), Outcome()
    for _day in range(DAYS):
        facts = empty_day()
        for number in range(CALLERS):
            caller = somebody(chance)
            grid = tuple(at for at in facts.grid if caller.earliest <= at <= caller.latest)
            asked = replace(facts, grid=grid, usual_staff=caller.usual)
            offered = engine.search(caller.wishes, asked).slots
            if not offered:
                outcome.turned_away += 1
                continue
            plan = choose(offered, caller.wishes, asked)
            facts = engine.with_plan(facts, plan, number, number)
            note(plan, caller, outcome)
        outcome.lost += sum(gap for gap in gaps(facts) if gap < SHORTEST)
    return outcome


def best_ranked(offered, _wishes, _facts) -> engine.Plan:
    return engine.best(offered, 1)[0].plan


def our_staff(offered, _wishes, _facts) -> engine.Plan:
    return offered[0].plan


def first_free(offered, wishes, facts) -> engine.Plan:
    """Return the earliest start, with the first therapist and the first room that are free."""
    start, named = offered[0].plan.start, list(wishes)
    for at, wish in enumerate(wishes):
        for key, known in (("staff", sorted(wish.able)), ("room", sorted(facts.rooms))):
            for one in known:
                tried = [*named[:at], replace(named[at], **{key: one}), *named[at + 1 :]]
                if isinstance(engine.plan_at(start, tried, facts), engine.Plan):
                    named = tried
                    break
    return engine.plan_at(start, named, facts)


def empty_day() -> engine.Facts:
    lunch = {who: 12 * 60 + 30 * (who % 4) for who in range(1, STAFF + 1)}
    return engine.Facts(
        grid=tuple(range(OPENS, CLOSES, 15)),
        earliest=0,
        latest=1440,
        opening=((OPENS, CLOSES),),
        exclusions=(),
        staff={
            who: engine.StaffFacts(
                who,
                (SHIFTS.get(who, (OPENS, CLOSES)),),
                (engine.Exclusion(begins, begins + 30, "lunch"),),
                (),
            )
            for who, begins in lunch.items()
        },
        rooms={
            number: engine.RoomFacts(number, 1, 1, shared=False, exclusions=(), busy=())
            for number in range(1, ROOMS + 1)
        },
        client_busy=(),
        group="new",
        sellable=WORTHWHILE,
    )


def somebody(chance: Random) -> Caller:
    """Draw a caller: one or two treatments, some hours, perhaps a therapist whom she knows."""
    kinds = chance.choice([(MASSAGE,), (FACIAL,), (FACIAL,), (MASSAGE, FACIAL)])
    wishes = tuple(
        engine.Wish(
            service=kind,
            duration=chance.choice(LENGTHS),
            staff_buffer=BUFFER,
            room_buffer=BUFFER,
            needs_staff=True,
            able=ABLE[kind],
            room_kind=1,
        )
        for kind in kinds
    )
    earliest = chance.randrange(OPENS, CLOSES - 180, 60)
    usual = frozenset({chance.choice(sorted(ABLE[kinds[0]]))}) if chance.random() < 0.4 else ()
    return Caller(wishes, earliest, earliest + chance.choice([120, 180, 720]), frozenset(usual))


def note(plan: engine.Plan, caller: Caller, outcome: Outcome) -> None:
    outcome.booked += sum(item.end - item.start for item in plan.items)
    rooms = [item.room for item in plan.items]
    outcome.changes += sum(one != other for one, other in pairwise(rooms))
    outcome.usual += any(item.staff in caller.usual for item in plan.items)


def gaps(facts: engine.Facts) -> Iterator[int]:
    """Yield the length of each stretch in which somebody is free."""
    for person in facts.staff.values():
        taken = [(one.start, one.end) for one in (*person.busy, *person.exclusions)]
        for start, end in engine.subtract(engine.merge(person.shifts), engine.merge(taken)):
            yield end - start
