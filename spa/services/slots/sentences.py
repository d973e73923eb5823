"""Why a visit cannot start at some time, as the desk would say it: from the engine's reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from spa import localtime
from spa.engine import TOGETHER, Reason, Refused
from spa.models import ExclusionKind, StaffMember
from spa.services.slots.house import Closure
from spa.services.slots.window import PartyWindow, Window

OF_THE_HOUSE = frozenset({"lead_time", "too_far", "off_grid", "closed", "excluded"})
NAMED = 2  # how many therapists of several are named before the sentence says just "nobody"


@dataclass(frozen=True, slots=True)
class Why:
    """One sentence for starts that follow one another; instants in minutes since the epoch."""

    first: int
    last: int
    sentence: str


def why_not(
    refused: Iterable[Refused],
    *,
    window: Window | PartyWindow,
    staff: Mapping[int, str],
    zone: ZoneInfo,
) -> list[Why]:
    """Return a sentence for each run of starts that the same thing stands in the way of.

    `staff` names the therapists by their keys. Another start between two of them, be it free
    or kept away by something else, ends a run.
    """
    place = {start: at for at, start in enumerate(window.facts.grid)}
    say = party_sentence if isinstance(window, PartyWindow) else sentence
    runs: list[Why] = []
    for one in refused:
        said = say(one, window=window, staff=staff, zone=zone)
        last = runs[-1] if runs else None
        if last and last.sentence == said and place[last.last] + 1 == place[one.start]:
            runs[-1] = Why(last.first, one.start, said)
        else:
            runs.append(Why(one.start, one.start, said))
    return runs


def sentence(refused: Refused, *, window: Window, staff: Mapping[int, str], zone: ZoneInfo) -> str:
    """Return the first true thing that stands in the way of a start, without a full stop.

    What nobody can change comes first: the clock, the house, the client, then people, then rooms.
    """
    teller = _Teller(window, staff, zone, refused.start)
    return teller.tell(refused.reasons)


def in_words(refused: Refused, *, window: Window, zone: ZoneInfo) -> str:
    """Return the sentence of a lone refusal, its therapists looked up. One query."""
    known = StaffMember.objects.filter(pk__in=window.facts.staff)
    return sentence(refused, window=window, staff=dict(known.values_list("pk", "name")), zone=zone)


def party_sentence(
    refused: Refused, *, window: PartyWindow, staff: Mapping[int, str], zone: ZoneInfo
) -> str:
    """Return what keeps a party from a start, with the name of the member whom it keeps away."""
    guest = next((r.guest for r in refused.reasons if r.guest is not None), None)
    reasons = tuple(r for r in refused.reasons if r.guest in (None, guest))
    said = sentence(
        Refused(refused.start, reasons), window=window.of(guest or 0), staff=staff, zone=zone
    )
    if guest is None or any(_is_of_the_house(reason) for reason in reasons):
        return said
    client = window.members[guest].client
    return _("%(client)s: %(sentence)s") % {"client": client.name, "sentence": said}


def _is_of_the_house(reason: Reason) -> bool:
    """Return whether a reason keeps everybody away, whoever comes and serves."""
    return reason.code in OF_THE_HOUSE and reason.staff is None


class _Teller:
    """Words the reasons of one start."""

    def __init__(
        self, window: Window, staff: Mapping[int, str], zone: ZoneInfo, start: int
    ) -> None:
        self.window, self.staff, self.zone = window, staff, zone
        self.day = localtime.moment(start).astimezone(zone).date()
        self.midnight, self.next_midnight = map(
            localtime.minutes, localtime.day_span(self.day, zone)
        )
        self.rooms = {room["id"]: room["name"] for room in window.house.rooms}

    def tell(self, reasons: Sequence[Reason]) -> str:
        for code, words in (
            ("lead_time", self._past),
            ("too_far", self._too_far),
            ("off_grid", self._off_grid),
            ("closed", self._closed),
            ("excluded", self._location_excluded),
            ("client_busy", self._client_busy),
        ):
            for reason in reasons:
                if reason.code == code and reason.staff is None:
                    return words(reason)
        return self._item(reasons)

    def _item(self, reasons: Sequence[Reason]) -> str:
        """Word what keeps the first item away that nobody, or no room, can be found for."""
        people = [reason for reason in reasons if reason.code != "no_room"]
        first = (people or reasons)[0]
        if first.code == "no_room":
            said = self._no_room(first)
        elif first.code == "cannot_do_service":
            said = self._cannot_do(first)
        else:
            said = self._nobody([reason for reason in people if reason.item == first.item])
        if len(self.window.services) == 1 or first.item is None:
            return said
        service = self.window.services[first.item].name
        return _("%(service)s: %(sentence)s") % {"service": service, "sentence": said}

    def _past(self, _reason: Reason) -> str:
        return _("That time has passed")

    def _too_far(self, reason: Reason) -> str:
        last = localtime.moment(reason.start).astimezone(self.zone).date() - timedelta(days=1)
        return _("Visits can be booked until %(day)s") % {
            "day": formats.date_format(last, "DATE_FORMAT")
        }

    def _off_grid(self, _reason: Reason) -> str:
        step = self.window.policy["grid_minutes"]
        return _("Visits start every %(minutes)s minutes") % {"minutes": step}

    def _closed(self, reason: Reason) -> str:
        closes, opens = reason.start, reason.end
        closes_from_here = closes is not None and closes > self.midnight
        opens_today = opens is not None and opens < self.next_midnight
        if closes_from_here and opens_today:
            return _("The spa is closed %(when)s") % {"when": self._when(closes, opens)}
        if closes_from_here:
            return _("The spa closes at %(time)s") % {"time": self._clock(closes)}
        if opens_today:
            return _("The spa opens at %(time)s") % {"time": self._clock(opens)}
        return _("The spa is closed on this day")

    def _location_excluded(self, reason: Reason) -> str:
        return _("The spa is closed %(when)s: %(why)s") % {
            "when": self._when(reason.start, reason.end),
            "why": reason.detail,
        }

    def _client_busy(self, reason: Reason) -> str:
        return _("The client has another visit %(when)s") % {
            "when": self._when(reason.start, reason.end)
        }

    def _nobody(self, reasons: Sequence[Reason]) -> str:
        """Word what each of the therapists who could do an item is up to."""
        if len(reasons) == 1:
            return self._person(reasons[0])
        codes = {reason.code for reason in reasons}
        if all(reason.detail == TOGETHER for reason in reasons):
            return _("There are not enough therapists for treatments at the same time")
        if codes == {"busy"}:
            return _("Everyone who does this is busy")
        telling = [reason for reason in reasons if _says_more(reason)]
        if not telling and codes == {"not_working"}:
            return _("Nobody who does this works then")
        if not telling or len(telling) > NAMED:
            return _("Nobody who does this is free")
        named = [self._person(reason) for reason in telling]
        others = {reason.code for reason in reasons if not _says_more(reason)}
        return "; ".join(named + self._others(others))

    def _others(self, codes: set[str]) -> list[str]:
        if not codes:
            return []
        if codes == {"busy"}:
            return [_("the others are busy")]
        if codes == {"not_working"}:
            return [_("the others do not work then")]
        return [_("the others are not free")]

    def _person(self, reason: Reason) -> str:
        if reason.staff is None and reason.code == "not_working":
            return _("None of those asked for works here")
        name = self.staff.get(reason.staff, _("The therapist"))
        if reason.code == "excluded":
            return self._excluded(name, reason)
        if reason.detail == TOGETHER:
            return _("%(name)s cannot give two treatments at the same time") % {"name": name}
        if reason.code == "busy":
            when = self._when(reason.start, reason.end)
            return _("%(name)s is busy %(when)s") % {"name": name, "when": when}
        if reason.start is not None and reason.end is not None:
            when = self._when(reason.start, reason.end)
            return _("%(name)s only works %(when)s") % {"name": name, "when": when}
        if reason.start is not None:
            words, edge = _("%(name)s begins at %(time)s"), reason.start
        elif reason.end is not None:
            words, edge = _("%(name)s leaves at %(time)s"), reason.end
        else:
            return _("%(name)s does not work then") % {"name": name}
        return words % {"name": name, "time": self._clock(edge)}

    def _excluded(self, name: str, reason: Reason) -> str:
        closures = self.window.house.staff_closures.get(reason.staff, ())
        kind = _kind(reason, closures)
        words = {
            ExclusionKind.LUNCH: _("%(name)s is at lunch %(when)s"),
            ExclusionKind.TRAINING: _("%(name)s is in training %(when)s"),
            ExclusionKind.HOLIDAY: _("%(name)s is on holiday %(when)s"),
            ExclusionKind.ABSENCE: _("%(name)s is absent %(when)s"),
        }.get(kind, _("%(name)s cannot be booked %(when)s"))
        said = words % {"name": name, "when": self._when(reason.start, reason.end)}
        return said + _note(reason, kind)

    def _cannot_do(self, reason: Reason) -> str:
        service = self.window.services[reason.item].name
        if reason.staff is None and self.window.wishes[reason.item].among:
            return _("None of those asked for does %(service)s") % {"service": service}
        if reason.staff is None:
            return _("Nobody on duty here does %(service)s") % {"service": service}
        name = self.staff.get(reason.staff, _("The therapist"))
        return _("%(name)s does not do %(service)s") % {"name": name, "service": service}

    def _no_room(self, reason: Reason) -> str:
        if reason.detail == TOGETHER:
            room = self.rooms.get(reason.room, _("The room"))
            return _("%(room)s does not have a place for each of them") % {"room": room}
        if reason.room is None or reason.start is None:
            return _("No suitable room is free")
        closures = self.window.house.room_closures.get(reason.room, ())
        kind = _kind(reason, closures) if reason.detail else None
        if kind == ExclusionKind.MAINTENANCE:
            words = _("%(room)s is in maintenance %(when)s")
        elif reason.detail:
            words = _("%(room)s is closed %(when)s")
        else:
            words = _("%(room)s is taken %(when)s")
        when = self._when(reason.start, reason.end)
        room = self.rooms.get(reason.room, _("The room"))
        return words % {"room": room, "when": when} + _note(reason, kind)

    def _when(self, start: int, end: int) -> str:
        if start <= self.midnight and end >= self.next_midnight:
            return _("all day")
        return _("from %(start)s to %(end)s") % {
            "start": self._clock(start),
            "end": self._clock(end),
        }

    def _clock(self, minute: int) -> str:
        """Return the time of day, with its date where that is another day than the visit's."""
        if minute == self.next_midnight:
            return "24:00"
        local = localtime.moment(minute).astimezone(self.zone)
        time = local.strftime("%H:%M")
        if local.date() == self.day:
            return time
        return f"{formats.date_format(local, 'j b')} {time}"


def _says_more(reason: Reason) -> bool:
    """Return whether a therapist's reason is worth naming her: a break, the end of her shift."""
    return reason.code == "excluded" or (
        reason.code == "not_working" and (reason.start, reason.end) != (None, None)
    )


def _kind(reason: Reason, closures: Iterable[Closure]) -> str | None:
    """Return the kind of the exclusion that a reason speaks of."""
    meant = (reason.start, reason.end, reason.detail)
    return next((c.kind for c in closures if (c.start, c.end, c.text) == meant), None)


def _note(reason: Reason, kind: str | None) -> str:
    """Return what was written about an exclusion, unless that is its kind once more."""
    labels = {"", ExclusionKind(kind).label} if kind else {""}
    return "" if reason.detail in labels else f": {reason.detail}"
