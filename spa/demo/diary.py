"""What stands in the demo's database, and whether something more finds its place there."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from spa import localtime
from spa.demo.board import Board, Planned, Site
from spa.demo.life import Step, steps
from spa.demo.people import Guests
from spa.demo.stories import Story, tell, write_new
from spa.engine.intervals import Interval
from spa.models import (
    BINDING,
    Appointment,
    AppointmentItem,
    Client,
    Location,
    Room,
    Service,
    StaffMember,
)
from spa.services.slots import house as houses

# The rule book's limits on visits ahead: a demo client over hers could not be booked any more.
MOST_AHEAD, MOST_AHEAD_VIP = 3, 6


class Diary:
    """What stands in the database, held against what is to be added; written at the end."""

    def __init__(self, first: date, last: date, now: datetime) -> None:
        self.now, self.board = now, Board()
        staff = list(StaffMember.objects.active().prefetch_related("skills").order_by("position"))
        rooms = list(Room.objects.active().order_by("position", "pk"))
        services = list(
            Service.objects.offered()
            .filter(room_kind__isnull=False)
            .prefetch_related("skills")
            .order_by("position", "pk")
        )
        self.sites = [
            Site(location, houses.load(location, first, last), staff, rooms, services)
            for location in Location.objects.order_by("position", "pk")
        ]
        self.today = self.sites[0].location.today(now=now)
        self.guests = Guests(self.today)
        self.stories: list[Story] = []
        self.groups: set[UUID] = set()
        self.seen: set[tuple[int, date]] = set()  # who has a visit on which day
        self.ahead: Counter[int] = Counter()
        self._read(localtime.day_span(first, self.sites[0].zone)[0])

    def _read(self, since: datetime) -> None:
        zone = self.sites[0].zone
        visits = Appointment.objects.filter(ends_at__gte=since - timedelta(days=1))
        columns = ("group", "client_id", "status", "starts_at", "ends_at")
        for group, client, status, starts_at, ends_at in visits.values_list(*columns):
            self.groups.add(group)
            self.seen.add((client, starts_at.astimezone(zone).date()))
            if status in BINDING:
                self._engage(client, *_span(starts_at, ends_at))
        items = AppointmentItem.objects.filter(occupies=True, appointment__in=visits)
        columns = (
            *("staff_id", "room_id", "place", "group"),
            *("starts_at", "staff_busy_until", "room_busy_until"),
        )
        for staff, room, place, group, start, staff_until, room_until in items.values_list(
            *columns
        ):
            if staff:
                self.board.take(("staff", staff), *_span(start, staff_until))
            if room:
                self.board.take(("room", room), *_span(start, room_until), place, group)

    def _engage(self, client: int, start: int, end: int) -> None:
        self.board.take(("client", client), start, end)
        self.ahead[client] += localtime.moment(end) > self.now

    def add(
        self,
        site: Site,
        laid: list[Planned],
        guests: list[Client],
        wanted: Callable[[list[Step]], bool],
    ) -> None:
        """Add the visits that are wanted, new and still possible, as they stand by now."""
        known = frozenset(self.groups)
        guests = list(guests)
        for visit in laid:
            start, end = localtime.moment(visit.start), localtime.moment(visit.end)
            life = steps(visit.group, start, end, site.zone)
            if visit.group in known or not wanted(life) or not self.board.holds(visit):
                continue
            client = next((one for one in guests if self._comes(one, site, visit)), None)
            if client is None:
                continue
            story = tell(visit, site, client, [s for s in life if s.at <= self.now])
            self.stories.append(story)
            self.groups.add(visit.group)
            self.seen.add((client.pk, site.location.today(now=start)))
            if story.items[0].occupies:
                self.board.add(visit)
            if story.visit.status in BINDING:
                self._engage(client.pk, visit.start, visit.end)

    def _comes(self, client: Client, site: Site, visit: Planned) -> bool:
        """Say whether she has time then, and neither a visit that day nor as many as she may."""
        start, end = localtime.moment(visit.start), localtime.moment(visit.end)
        return (
            (client.pk, site.location.today(now=start)) not in self.seen
            and (end <= self.now or self.ahead[client.pk] < self._most(client))
            and self.board.is_free(("client", client.pk), visit.start, visit.end)
        )

    def _most(self, client: Client) -> int:
        return MOST_AHEAD_VIP if client.is_vip(on=self.today) else MOST_AHEAD

    def write(self) -> int:
        """Insert what was added; return how many visits that is."""
        write_new(self.stories)
        return len(self.stories)


def _span(start: datetime, until: datetime) -> Interval:
    return localtime.minutes(start), localtime.minutes(until, round_up=True)
