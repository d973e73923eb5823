"""Today in the first house: never thin, and by day never without life."""

from datetime import datetime, timedelta

from spa import localtime
from spa.demo import plans
from spa.demo.diary import Diary
from spa.demo.life import DONE, TREATMENT, Step, steps_done
from spa.demo.stories import Story, write_on
from spa.demo.visits import open_stories
from spa.models import Action, Appointment, AppointmentStatus, Location

S = AppointmentStatus
CARDS = 35
TURNS = 3
# Between these hours somebody is waiting and somebody is being treated, whatever was planned.
LIVELY = range(9, 19)


def fill_up(now: datetime) -> int:
    """Fill the gaps of a day of which little is left; return how many visits were written."""
    location = _first_house()
    today = location.today(now=now)
    written = 0
    for turn in range(1, TURNS + 1):
        if _cards(location, now) >= CARDS:
            break
        diary = Diary(today, today, now)
        site = diary.sites[0]
        laid = plans.lay(site, diary.board.copy(), today, turn=turn)
        diary.add(site, laid, diary.guests.of(today, 0, turn), lambda _life: True)
        written += diary.write()
    return written


def enliven(now: datetime) -> int:
    """Let somebody have arrived and somebody be treated; return how many visits were led on."""
    location = _first_house()
    if now.astimezone(location.tz).hour not in LIVELY:
        return 0
    first, last = localtime.day_span(location.today(now=now), location.tz)
    stories = list(open_stories(location=location, starts_at__gte=first, starts_at__lt=last))
    led = [
        *_bring(stories, S.IN_SERVICE, now),
        *_bring(stories, S.ARRIVED, now),
    ]
    write_on(led)
    return len(led)


def _bring(stories: list[Story], status: S, now: datetime) -> list[Story]:
    """Lead the next client to `status` where nobody has it; a moved visit last."""
    if any(story.visit.status == status and not story.visit.is_finished for story in stories):
        return []
    behind = [
        story
        for story in stories
        if steps_done(story.visit) < DONE[status] and story.visit.ends_at > now
    ]
    if not behind:
        return []
    story = min(behind, key=lambda one: (one.visit.moves, one.visit.starts_at, one.visit.pk))
    at = now - timedelta(minutes=2)
    for action in TREATMENT[steps_done(story.visit) : DONE[status]]:
        story.take(Step(Action(action), at))
    return [story]


def _cards(location: Location, now: datetime) -> int:
    """Count what stands on the day's calendar and was not called off."""
    first, last = localtime.day_span(location.today(now=now), location.tz)
    visits = Appointment.objects.filter(location=location).starting_between(first, last)
    return visits.exclude(status__in=(S.CANCELLED, S.EXPIRED)).count()


def _first_house() -> Location:
    return Location.objects.order_by("position", "pk").first()
