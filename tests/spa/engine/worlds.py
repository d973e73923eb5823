"""Small crowded spas, in which the rules meet each other often.

An hour and a half that starts at minute 0; people 1 to 3, rooms 1 to 3.
"""

from dataclasses import replace

from hypothesis import strategies as st

from spa.engine import Busy, Exclusion, Facts, Guest, PlaceBusy, RoomFacts, StaffFacts, Wish

OURS = "ours"
PARALLEL = st.sampled_from([False, False, True])
BUFFERS = st.sampled_from([0, 5, 10, 25])


@st.composite
def intervals(draw, longest=25):
    start = draw(st.integers(-2, 20)) * 5 + draw(st.sampled_from([0, 0, 0, 2]))
    return start, start + draw(st.integers(1, longest))


def lists(of, most):
    return st.lists(of, max_size=most).map(tuple)


def exclusions(most):
    return lists(st.builds(lambda time, why: Exclusion(*time, why), intervals(12), WHY), most)


def busy(most):
    return lists(st.builds(lambda time: Busy(*time, 1), intervals()), most)


WHY = st.sampled_from(["lunch", "training"])
SHIFTS = st.one_of(
    st.just(((-10, 120),)),
    st.just(((0, 30), (30, 90))),
    lists(intervals(60), 3),
)


@st.composite
def wishes(draw, most=3):
    count = draw(st.integers(1, most))
    return tuple(
        Wish(
            service=100 + number,
            duration=draw(st.sampled_from([5, 10, 15])),
            staff_buffer=draw(BUFFERS),
            room_buffer=draw(BUFFERS),
            needs_staff=draw(st.sampled_from([True, True, True, False])),
            able=draw(st.frozensets(st.integers(1, 4), min_size=1)),
            room_kind=draw(st.sampled_from([None, 1, 1, 2])),
            staff=draw(st.sampled_from([None, None, None, 1, 2, 4])),
            among=draw(st.sampled_from([None, None, frozenset({1, 2}), frozenset({3, 4})])),
            room=draw(st.sampled_from([None, None, None, 1, 3])),
            parallel=number > 0 and draw(PARALLEL),
        )
        for number in range(count)
    )


@st.composite
def rooms(draw, number):
    count = draw(st.integers(1, 2))
    taken = st.builds(
        lambda time, place, group: PlaceBusy(*time, place, group, 1),
        intervals(),
        st.integers(0, count - 1),
        st.sampled_from([OURS, "theirs"]),
    )
    return RoomFacts(
        id=number,
        kind=draw(st.sampled_from([1, 1, 2])),
        places=count,
        shared=draw(st.booleans()),
        exclusions=draw(exclusions(1)),
        busy=draw(lists(taken, 3)),
    )


@st.composite
def facts(draw):
    staff = [
        StaffFacts(number, draw(SHIFTS), draw(exclusions(1)), draw(busy(4))) for number in (1, 2, 3)
    ]
    return Facts(
        grid=tuple(range(0, 61, 5)),
        earliest=draw(st.sampled_from([0, 0, 12])),
        latest=draw(st.sampled_from([500, 500, 50])),
        opening=draw(st.sampled_from([((-10, 120),), ((0, 40), (40, 70)), ((0, 30), (35, 80))])),
        exclusions=draw(st.one_of(st.just(()), exclusions(1))),
        staff={person.id: person for person in staff},
        rooms={number: draw(rooms(number)) for number in (1, 2, 3)},
        client_busy=draw(st.one_of(st.just(()), busy(1))),
        group=OURS,
        usual_staff=draw(st.sampled_from([frozenset(), frozenset({2}), frozenset({3, 4})])),
        sellable=draw(st.sampled_from([30, 15, 8])),
    )


@st.composite
def coupled(draw):
    """A spa where much hangs on who serves next: long buffers into short engagements."""

    def engagements(make):
        starts = st.lists(st.integers(0, 16), min_size=2, max_size=4, unique=True)
        return tuple(
            make(start * 5, start * 5 + draw(st.sampled_from([3, 5]))) for start in draw(starts)
        )

    visit = tuple(
        Wish(
            service=100 + number,
            duration=draw(st.sampled_from([5, 10])),
            staff_buffer=draw(st.sampled_from([0, 5, 20, 40])),
            room_buffer=draw(st.sampled_from([0, 5, 20, 40])),
            needs_staff=draw(st.sampled_from([True, True, True, False])),
            able=draw(st.sampled_from([{1}, {2}, {1, 2}, {1, 2}]).map(frozenset)),
            room_kind=draw(st.sampled_from([1, 1, 1, None])),
            room=draw(st.sampled_from([None, None, 1, 2])),
            parallel=number > 0 and draw(PARALLEL),
        )
        for number in range(draw(st.integers(2, 4)))
    )
    staff = {
        number: StaffFacts(number, ((0, 120),), (), engagements(lambda a, b: Busy(a, b, 1)))
        for number in (1, 2)
    }
    houses = {
        number: RoomFacts(
            number,
            kind=1,
            places=draw(st.integers(1, 2)),
            shared=draw(st.booleans()),
            exclusions=(),
            busy=engagements(
                lambda a, b: PlaceBusy(a, b, 0, draw(st.sampled_from([OURS, "theirs"])), 1)
            ),
        )
        for number in (1, 2)
    }
    return visit, Facts(
        grid=tuple(range(0, 61, 5)),
        earliest=0,
        latest=500,
        opening=((0, 120),),
        exclusions=(),
        staff=staff,
        rooms=houses,
        client_busy=(),
        group=OURS,
        usual_staff=draw(st.sampled_from([frozenset(), frozenset({2})])),
        sellable=draw(st.sampled_from([30, 8])),
    )


@st.composite
def parties(draw):
    """Two with two items each, or three or four with one, who want much the same."""
    count, most = draw(st.sampled_from([(2, 2), (2, 2), (3, 1), (4, 1)]))
    spa = draw(st.one_of(facts(), coupled().map(lambda spa: spa[1])))
    guests = tuple(
        Guest(
            draw(wishes(most)),
            draw(st.one_of(st.just(()), busy(1))),
            draw(st.sampled_from([frozenset(), frozenset({2})])),
        )
        for _ in range(count)
    )
    return guests, replace(spa, client_busy=())


@st.composite
def twins(draw):
    """A party that just fits, or just does not: few people and few places, long buffers."""
    _visit, spa = draw(coupled())
    guests = tuple(
        Guest(
            tuple(
                Wish(
                    service=100 + number,
                    duration=draw(st.sampled_from([5, 10])),
                    staff_buffer=draw(st.sampled_from([0, 5, 10])),
                    room_buffer=draw(st.sampled_from([0, 5, 20])),
                    needs_staff=draw(st.booleans()),
                    able=frozenset({1, 2}),
                    room_kind=draw(st.sampled_from([1, 1, None])),
                    parallel=number > 0 and draw(PARALLEL),
                )
                for number in range(draw(st.integers(1, 2)))
            )
        )
        for _ in range(2)
    )
    people = {number: replace(person, busy=person.busy[:1]) for number, person in spa.staff.items()}
    rooms = {number: replace(room, busy=room.busy[:1]) for number, room in spa.rooms.items()}
    return guests, replace(spa, staff=people, rooms=rooms)


def spas():
    return st.one_of(st.tuples(wishes(), facts()), coupled())
