"""The post office: events, their deliveries, and the retries."""

import http.client
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from e2e.wompi_sandbox.letter import Letter, write
from e2e.wompi_sandbox.log import Log
from e2e.wompi_sandbox.merchant import Keys, Settings
from e2e.wompi_sandbox.timetable import Timetable
from e2e.wompi_sandbox.transactions import stamp

# After the first attempt, at most three more: half an hour, three hours and a day after it.
RETRIES = (1_800, 10_800, 86_400)
HEADERS = {
    "User-Agent": "Faraday v0.15.4",
    "Accept": "*/*",
    "Accept-Encoding": "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
    "Connection": "close",
}


@dataclass
class Event:
    """One event, the same through all its attempts; `held` ones wait for somebody to send them."""

    number: int
    transaction_id: str
    reference: str
    status: str
    faults: list[str]
    letter: Letter
    held: bool = False
    attempts: list[dict] = field(default_factory=list)

    def as_json(self) -> dict:
        body = self.letter.body
        return {
            "number": self.number,
            "transaction_id": self.transaction_id,
            "reference": self.reference,
            "status": self.status,
            "faults": self.faults,
            "held": self.held,
            "attempts": list(self.attempts),
            "header": self.letter.header,
            "content_type": self.letter.content_type,
            "body": body[:10_000].decode(errors="replace"),
        }


class PostOffice:
    def __init__(self, *, keys: Keys, settings: Settings, timetable: Timetable, log: Log) -> None:
        self.keys = keys
        self.settings = settings
        self.timetable = timetable
        self.log = log
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.events: dict[int, Event] = {}
            self.overtaken: list[Event] = []
            self.numbers = itertools.count(1)

    def announce(self, transaction: dict, *, other: dict, faults: dict[str, dict]) -> Event:
        """Write an event about a transaction and send it, as the faults have it."""
        now = self.timetable.clock.now()
        payload = {
            "event": "transaction.updated",
            "data": {"transaction": dict(transaction)},
            "sent_at": stamp(now),
            "timestamp": int(now.timestamp()),
            "environment": "test",
        }
        letter = Letter(
            payload, self.keys.events, other_id=other["id"], other_reference=other["reference"]
        )
        facts = (transaction["id"], transaction["reference"], transaction["status"])
        with self.lock:
            event = Event(next(self.numbers), *facts, list(faults), write(letter, faults))
            self.events[event.number] = event
        self._send_off(event, faults)
        return event

    def all(self) -> list[Event]:
        with self.lock:
            return list(self.events.values())

    def send(self, number: int) -> Event:
        """Send an event now, once more or for the first time.

        :raises KeyError: there is no such event
        """
        event = self.events[number]
        with self.lock:
            was_held, event.held = event.held, False
            if event in self.overtaken:
                self.overtaken.remove(event)
        if was_held:
            self.timetable.after(0, lambda: self._first(event))
        else:
            self.timetable.after(0, lambda: self._deliver(event, "by hand"))
        return event

    def _send_off(self, event: Event, faults: dict[str, dict]) -> None:
        if "event.never" in faults:
            return
        if "event.held" in faults:
            event.held = True
            return
        with self.lock:
            # Two in a row that must be overtaken would wait for each other for ever.
            if "event.reordered" in faults and not self.overtaken:
                event.held = True
                self.overtaken.append(event)
                return
            late, self.overtaken = self.overtaken, []
        wait = faults.get("event.delayed", {"seconds": 0})["seconds"]
        then = [*self._copies(event, faults), *(self._overtaken_now(one) for one in late)]
        self.timetable.after(wait, lambda: self._first(event, then=then))
        for copy in range(1, faults.get("event.concurrent", {"copies": 1})["copies"]):
            what = f"copy {copy}, at once"
            self.timetable.after(wait, lambda what=what: self._deliver(event, what))
        if later := faults.get("event.repeated_later"):
            again = wait + later["seconds"]
            self.timetable.after(again, lambda: self._deliver(event, "hours later"))

    def _copies(self, event: Event, faults: dict[str, dict]) -> list[Callable[[], None]]:
        copies = faults.get("event.repeated", {"copies": 1})["copies"]
        return [lambda n=n: self._deliver(event, f"copy {n}") for n in range(1, copies)]

    def _overtaken_now(self, event: Event) -> Callable[[], None]:
        def go() -> None:
            event.held = False
            self._first(event)

        return go

    def _first(self, event: Event, then: list[Callable[[], None]] | None = None) -> None:
        self._attempt(event, began_at=self.timetable.clock.seconds())
        for job in then or []:
            job()

    def _attempt(self, event: Event, *, began_at: float, retry: int = 0) -> None:
        what = f"retry {retry}" if retry else "first"
        if self._deliver(event, what) or retry == len(RETRIES):
            return
        due = began_at + RETRIES[retry] * self.settings.retry_scale
        again = retry + 1
        self.timetable.at(due, lambda: self._attempt(event, began_at=began_at, retry=again))

    def _deliver(self, event: Event, what: str) -> bool:
        """Post the event once; only 200 counts as delivered."""
        if not self.settings.events_url:
            self.log.note("sent", event=event.number, what=what, answer="no events URL")
            return True
        answer = self._post(event)
        made = {"what": what, "at": stamp(self.timetable.clock.now()), "answer": answer}
        event.attempts.append(made)
        self.log.note("sent", event=event.number, status=event.status, what=what, answer=answer)
        return answer == http.HTTPStatus.OK

    def _post(self, event: Event) -> int | str:
        url = urlsplit(self.settings.events_url)
        secure = url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        letter = event.letter
        headers = {"Content-Type": letter.content_type, **HEADERS}
        if letter.header is not None:
            headers["X-Event-Checksum"] = letter.header
        connection = kind(url.hostname, url.port, timeout=self.settings.delivery_timeout)
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        try:
            connection.request("POST", path, letter.body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()
