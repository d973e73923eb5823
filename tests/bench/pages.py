"""The pages that are open all day: what they cost the server, and the wire."""

import gzip
import itertools
import re
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.test import Client as Browser

from spa.models import Appointment, AppointmentStatus
from tests.bench import places
from tests.bench.dataset import Spa
from tests.bench.desks import Answer, Desk, log_in
from tests.bench.measure import Figure, Options, bench, statements, timed

KB = 1024
HTMX = {"HX-Request": "true"}
REQUESTS = 1_000


def browser(spa: Spa) -> Browser:
    """Return a browser without a wire: middleware and view run in this process."""
    made = Browser(SERVER_NAME="localhost")
    made.force_login(spa.desks[0], backend=settings.AUTHENTICATION_BACKENDS[0])
    return made


def kilobytes(content: bytes) -> float:
    return len(gzip.compress(content, 6)) / KB


@bench("day-page")
def day_page(options: Options) -> Iterator[Figure]:
    with places.fresh():
        spa = Spa.read(options.now)
        desk, path = browser(spa), f"/calendar/{spa.today}/"
        page, fragment = desk.get(path).content, desk.get(path, headers=HTMX).content
        assert page.count(b"data-appointment=") == 120, "not the full day"
        for key, words, headers in (
            ("page", "day page, 10 staff × 12 visits", {}),
            ("fragment", "… its fragment", HTMX),
        ):
            samples = timed(lambda _n, headers=headers: desk.get(path, headers=headers), times=60)
            yield Figure(f"day-page.{key}", words, "ms", samples, 20)
            with statements() as sent:
                desk.get(path, headers=headers)
            # Session and user are not counted.
            yield Figure(f"day-page.{key}.queries", "… queries", "queries", [len(sent) - 2], 12)
        empty = f"/calendar/{spa.today + timedelta(days=100)}/"
        with statements() as sent:
            desk.get(empty)
        words = "… of a day without visits"
        yield Figure("day-page.empty.queries", words, "queries", [len(sent) - 2], 12)
    weight = kilobytes(page) + sum(statics(page.decode()))
    yield Figure("day-page.weight", "… gzip, with CSS and JS", "KB", [weight], 50)
    yield Figure("day-page.fragment.weight", "… gzip, fragment", "KB", [kilobytes(fragment)], 12)


def statics(page: str) -> Iterator[float]:
    """Yield what the page's own stylesheets and scripts weigh on the wire, in kilobytes."""
    for name in re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page):
        file = settings.STATIC_ROOT / name
        packed = file.with_name(f"{file.name}.gz")  # none where it would not be smaller
        yield (packed if packed.exists() else file).stat().st_size / KB


@bench("panel")
def booking_panel(options: Options) -> Iterator[Figure]:
    """Press a button of the booking panel: all its parts but the client's are drawn anew."""
    with places.fresh():
        spa = Spa.read(options.now)
        desk = browser(spa)
        one = {"service": [spa.massage.pk], "therapist": [""]}
        three = {"service": [each.pk for each in spa.sequence], "therapist": ["", "", ""]}
        party = {"guests": 4, "open": 0, **one} | {
            f"g{guest}-{name}": value for guest in (1, 2, 3) for name, value in one.items()
        }
        for key, words, form in (
            ("one", "booking panel, a press: one service, all staff", one),
            ("three", "… three services in sequence with rooms", three),
            ("party", "… a party of four", party),
        ):
            form = {"client": spa.regulars[0].pk, **form}

            def press(_number: int, form=form) -> bytes:
                return desk.post("/appointments/new/choose/", form, headers=HTMX).content

            yield Figure(f"panel.{key}", words, "ms", timed(press, times=40))
            with statements() as sent:
                fragment = press(0)
            assert b"data-start=" in fragment, "nothing is free"
            # Session and user are not counted.
            yield Figure(f"panel.{key}.queries", "… queries", "queries", [len(sent) - 2], 12)
            weight = kilobytes(fragment)
            yield Figure(f"panel.{key}.weight", "… gzip, fragment", "KB", [weight], 12)


@bench("check-in")
def check_in(options: Options) -> Iterator[Figure]:
    """Check half of today's visits in from the panel, the other half from the board."""
    with places.fresh():
        spa = Spa.read(options.now)
        first, last = spa.at(0, 0), spa.at(1, 0)
        today = Appointment.objects.starting_between(first, last)
        codes = list(today.order_by("pk").values_list("code", flat=True))
        desk = browser(spa)
        for key, words, form, some in (
            ("panel", "one state change (check-in) by HTMX, the visit drawn anew", {}, codes[:60]),
            ("board", "… from the board", {"next": "/check-in/"}, codes[60:]),
        ):
            statuses = set()

            def change(number: int, form=form, some=some, statuses=statuses) -> None:
                path = f"/appointments/{some[number]}/check_in/"
                statuses.add(desk.post(path, {"version": 1, **form}, headers=HTMX).status_code)

            samples = timed(change, times=50)
            assert statuses <= {200, 204}, statuses
            yield Figure(f"check-in.{key}", words, "ms", samples, 15)
        arrived = today.filter(status=AppointmentStatus.ARRIVED).count()
        assert arrived == len(codes), "not all were checked in"


@bench("memory")
def memory(options: Options) -> Iterator[Figure]:
    """Have one worker answer a thousand requests of every kind, and weigh it."""
    with places.fresh() as database, places.web(database, WEB_CONCURRENCY="1") as web:
        spa = Spa.read(options.now)
        desk = Desk(web.port, log_in(spa.desks[0]))
        desk.open()
        (worker,) = web.workers()
        before = worker.memory_info().rss
        wrong = []
        for number, ask in enumerate(itertools.islice(itertools.cycle(mixed(spa)), REQUESTS)):
            answer = ask(desk, number)
            if answer.status >= 500:
                wrong.append(f"HTTP {answer.status}")
        yield Figure(
            "memory",
            "one web worker after 1,000 mixed requests",
            "MB",
            [worker.memory_info().rss / KB / KB],
            120,
            note=f"resident, with what it shares with its parent; {before / KB / KB:.0f} MB before",
            wrong="; ".join(wrong[:3] + web.complaints()[:3]),
        )


def mixed(spa: Spa) -> list:
    """Return kinds of requests, each a function of a desk and a number."""

    def get(path: str, **headers: str):
        def ask(desk: Desk, number: int) -> Answer:
            day = spa.today + timedelta(days=number % 60)
            return desk.get(path.format(day=day, staff=spa.staff[number % 10].pk), **headers)

        return ask

    def book(desk: Desk, number: int) -> Answer:
        return desk.book(
            client=spa.callers[number],
            service=spa.short,
            staff=spa.staff[number % 10],
            starts_at=spa.at(1 + number % 60, 8 + number % 12),
        )

    def search(desk: Desk, number: int) -> Answer:
        return desk.post("/appointments/new/clients/", {"q": spa.callers[number].name})

    def choose(desk: Desk, number: int) -> Answer:
        return desk.post("/appointments/new/choose/", {"add": spa.sequence[number % 3].pk})

    return [
        get("/calendar/{day}/"),
        get("/calendar/{day}/", **{"HX-Request": "true"}),
        get("/calendar/week/{staff}/{day}/"),
        get("/check-in/"),
        get("/clients/"),
        get("/appointments/new/"),
        book,
        search,
        choose,
        book,
    ]
