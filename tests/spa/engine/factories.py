"""Facts of one day at a spa, open from 8:00 to 20:00; each maker asks for what a test is about."""

from spa.engine import Busy, Exclusion, Facts, PlaceBusy, RoomFacts, StaffFacts, Wish

ANNA, BERTA, CARLA = 1, 2, 3
ROOM_ONE, ROOM_TWO = 1, 2
MASSAGE_ROOM = 7


def clock(text):
    """Minutes of "10:30"."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def span(text):
    """Start and end of "10:00-11:30"."""
    start, end = text.split("-")
    return clock(start), clock(end)


def busy(*texts):
    return tuple(Busy(*span(text), 99) for text in texts)


def exclusion(text, reason="training"):
    return Exclusion(*span(text), reason)


def taken(text, place=0, group="strangers"):
    return PlaceBusy(*span(text), place, group, 99)


def make_wish(minutes=60, buffer=10, able=(ANNA, BERTA, CARLA), **values):
    values = {
        "service": 1,
        "duration": minutes,
        "staff_buffer": buffer,
        "room_buffer": buffer,
        "needs_staff": True,
        "able": frozenset(able),
        "room_kind": None,
    } | values
    return Wish(**values)


def make_staff(who, *shifts, busy=(), exclusions=()):
    shifts = tuple(span(shift) for shift in shifts or ("8:00-20:00",))
    return StaffFacts(who, shifts, tuple(exclusions), tuple(busy))


def make_room(number=ROOM_ONE, *, places=1, shared=False, busy=(), exclusions=()):
    return RoomFacts(number, MASSAGE_ROOM, places, shared, tuple(exclusions), tuple(busy))


def make_facts(*people, rooms=(), **values):
    values = {
        "grid": tuple(range(clock("7:00"), clock("21:00"), 15)),
        "earliest": clock("7:00"),
        "latest": clock("21:00"),
        "opening": (span("8:00-20:00"),),
        "exclusions": (),
        "staff": {person.id: person for person in people},
        "rooms": {room.id: room for room in rooms},
        "client_busy": (),
        "group": "us",
    } | values
    return Facts(**values)
