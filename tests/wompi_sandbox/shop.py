"""A merchant's web server: keeps every event, and answers as the test has it."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "test_events_spaDemo0123456789abcdefghij"  # noqa: S105


@dataclass(frozen=True)
class Delivery:
    """One event as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict:
        return json.loads(self.body)

    @property
    def transaction(self) -> dict:
        return self.event["data"]["transaction"]

    @property
    def header(self) -> str | None:
        return self.headers.get("X-Event-Checksum")


class Shop:
    """`answers` are used up one after the other, then it is 200; None hangs up without a word."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.shop = self
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/wompi/"
        self.lock = threading.Lock()
        self.clear()
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def clear(self) -> None:
        self.deliveries: list[Delivery] = []
        self.visits: list[str] = []
        self.answers: list[int | None] = []
        self.meeting: threading.Barrier | None = None

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def statuses(self) -> list[str]:
        return [one.transaction["status"] for one in self.deliveries]

    def receive(self, delivery: Delivery) -> int | None:
        with self.lock:
            self.deliveries.append(delivery)
            answer = self.answers.pop(0) if self.answers else 200
        try:
            if self.meeting:  # nobody is answered before all have come
                self.meeting.wait(5)
        except threading.BrokenBarrierError:
            return None
        return answer


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.shop.receive(Delivery(dict(self.headers.items()), body))
        if answer is not None:
            self.send_response(answer)
            self.end_headers()

    def do_GET(self) -> None:
        self.server.shop.visits.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass
