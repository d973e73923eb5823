"""A gateway in a thread that answers as badly as a test wants it to."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from spa.wompi.keys import Environment, Keys

KEYS = Keys(
    environment=Environment.TEST,
    public="pub_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    private="prv_test_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    events=("test_events_0123456789abcdefghijABCDEFGHIJ",),
    integrity="test_integrity_0123456789abcdefghijABCDEFGHIJ",
    api_url="http://127.0.0.1:1/v1",
    checkout_url="https://checkout.wompi.co",
)
TRANSACTION = {
    "id": "10042-1796000000-12345",
    "created_at": "2026-11-30T00:53:20.515Z",
    "amount_in_cents": 15000000,
    "reference": "SPA-0123456789ABCDEFGHJKMNPQRS",
    "currency": "COP",
    "payment_method_type": "CARD",
    "payment_method": {"type": "CARD", "extra": {"last_four": "4242"}, "installments": 1},
    "status": "APPROVED",
    "status_message": None,
    "customer_email": "huesped@example.test",
}
ID, REFERENCE = TRANSACTION["id"], TRANSACTION["reference"]

Answer = Callable[["Call"], None]


@dataclass
class Call:
    """One request as it arrived, and the socket that it waits on."""

    head: str
    socket: socket.socket
    is_over: threading.Event

    @property
    def line(self) -> str:
        return self.head.splitlines()[0]

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)


@dataclass
class Gateway:
    """Answers the calls with `answers` in turn, the last one for ever."""

    answers: list[Answer]
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    tls: ssl.SSLContext | None = None

    @property
    def lines(self) -> list[str]:
        return [call.line for call in self.calls]

    def serve(self, connection: socket.socket) -> None:
        # Whoever has had enough of us hangs up, as it should.
        with suppress(OSError), connection:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head and (more := connection.recv(65536)):
                head += more
            self.calls.append(call := Call(head.decode(), connection, self.is_over))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            answer(call)


@contextmanager
def gateway(*answers: Answer, tls: ssl.SSLContext | None = None):
    """Serve on a port of this machine while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        scheme, port = "https" if tls else "http", server.getsockname()[1]
        here = Gateway(list(answers), f"{scheme}://127.0.0.1:{port}/v1", tls=tls)
        threading.Thread(target=_accept, args=(server, here), daemon=True).start()
        try:
            yield here
        finally:
            here.is_over.set()
            server.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next caller


def _accept(server: socket.socket, here: Gateway) -> None:
    while not here.is_over.is_set():
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=here.serve, args=(connection,), daemon=True).start()


# -- Answers ---------------------------------------------------------------------------------


def says(body: object, status: int = 200, **headers: str) -> Answer:
    """Answer with JSON, or with these very bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return lambda call: call.send("\r\n".join([*lines, "", ""]).encode() + data)


def is_known(**changed: object) -> Answer:
    return says({"data": TRANSACTION | changed, "meta": {}})


def is_unknown() -> Answer:
    return says({"error": {"type": "NOT_FOUND_ERROR", "reason": "No existe"}}, status=404)


def hangs(call: Call) -> None:
    call.is_over.wait()


def drips(call: Call) -> None:
    """Send a byte whenever the client might lose its patience: it never ends by itself."""
    call.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not call.is_over.wait(0.05):
        call.send(b" ")


def drips_headers(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not call.is_over.wait(0.05):
        call.send(b"x")


def floods(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not call.is_over.is_set():
        call.send(b" " * 65536)


def resets(call: Call) -> None:
    _reset(call)


def resets_in_the_middle(call: Call) -> None:
    call.send(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"data": {')
    _reset(call)


def stops_in_the_middle(call: Call) -> None:
    call.send(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"data": {}}')


def speaks_gibberish(call: Call) -> None:
    call.send(b"\x00\x01\x02 220 smtp\r\n\r\n")


def _reset(call: Call) -> None:
    # Without lingering a close is a reset.
    call.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    call.socket.close()
