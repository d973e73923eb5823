"""The sockets: two ports, one for everything, one for the API alone, which can be closed."""

import os
import socket
import struct
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from e2e.wompi_sandbox import api, checkout, control
from e2e.wompi_sandbox.catalogue import OF_A_CALL, OF_A_PAGE
from e2e.wompi_sandbox.gateway import Gateway
from e2e.wompi_sandbox.interference import interfere
from e2e.wompi_sandbox.log import masked
from e2e.wompi_sandbox.web import Answer, Manner, Request

LARGEST_BODY = 1_000_000
LINGER_NOT = struct.pack("ii", 1, 0)  # on closing: reset, and send nothing more


class Sandbox:
    """The gateway behind its ports."""

    def __init__(self, gateway: Gateway, *, host: str, port: int, api_port: int) -> None:
        self.gateway = gateway
        self.pages = Listener(self, host, port, is_api_only=False)
        self.api = Listener(self, host, api_port, is_api_only=True)

    def start(self) -> None:
        """Listen on both ports.

        :raises OSError: one is taken
        """
        self.pages.open()
        self.api.open()
        self.gateway.timetable.start()

    def stop(self) -> None:
        self.gateway.faults.clear()
        self.gateway.timetable.stop()
        self.pages.close()
        self.api.close()

    def answer(self, request: Request, *, is_api_only: bool) -> Answer:
        if request.path.startswith("/v1/"):
            return self._answer_api(request)
        if is_api_only:
            return Answer.json({}, HTTPStatus.NOT_FOUND)
        if request.path == "/p/":
            return self._answer_page(request)
        if request.path.startswith(control.HOME):
            answer = control.answer(self.gateway, request)
            self._open_or_close_api()
            return answer
        if request.path == "/healthz":
            return Answer.json({"status": "ok"})
        if request.path == "/":
            return Answer.redirect(control.HOME)
        return Answer.json({"detail": "No such address."}, HTTPStatus.NOT_FOUND)

    def _answer_api(self, request: Request) -> Answer:
        gateway = self.gateway
        call = api.recognise(request)
        reference = api.reference_of(gateway, request, call) if call else ""
        endpoint = call.endpoint if call else ""
        struck = gateway.faults.take(OF_A_CALL, reference=reference, endpoint=endpoint)
        if "api.refused" in struck:  # over a connection that was open before, or the other port
            answer = Answer(manner=Manner.RESET)
        else:
            answer = interfere(gateway.faults, struck, lambda: api.answer(gateway, request, call))
        self._note(request, answer, struck)
        return answer

    def _answer_page(self, request: Request) -> Answer:
        gateway = self.gateway
        reference = request.query.get("reference", "")
        struck = gateway.faults.take(OF_A_PAGE, reference=reference, endpoint="page")
        work = checkout.show if request.method == "GET" else checkout.play
        answer = interfere(gateway.faults, struck, lambda: work(gateway, request))
        self._note(request, answer, struck)
        return answer

    def _note(self, request: Request, answer: Answer, struck: dict[str, dict]) -> None:
        _scheme, _, key = request.headers.get("authorization", "").partition(" ")
        self.gateway.log.note(
            "received",
            method=request.method,
            path=request.path,
            query=request.query,
            key=masked(key),
            answer=int(answer.status),
            manner=answer.manner.value,
            faults=sorted(struck),
        )

    def _open_or_close_api(self) -> None:
        if self.gateway.faults.is_on("api.refused"):
            self.api.close()
        else:
            self.api.open()


class Listener:
    """One port, which can be closed and opened again."""

    def __init__(self, sandbox: Sandbox, host: str, port: int, *, is_api_only: bool) -> None:
        self.sandbox = sandbox
        self.host = host
        self.port = port
        self.is_api_only = is_api_only
        self.server: ThreadingHTTPServer | None = None
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def open(self) -> None:
        with self.lock:
            if self.server:
                return
            self.server = _Server((self.host, self.port), Handler)
            self.server.listener = self
            self.port = self.server.server_port
            serve = self.server.serve_forever
            threading.Thread(target=serve, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        with self.lock:
            if self.server:
                self.server.shutdown()
                self.server.server_close()
                self.server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    listener: Listener

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a caller who went away; of anything else, everything."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "WompiSandbox"
    sys_version = ""
    timeout = 60
    disable_nagle_algorithm = True  # else a body waits 40 ms for its headers to be acknowledged
    server: _Server

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_BODY:
            self.close_connection = True
            return self._put(Answer.json({"detail": "Too large."}, HTTPStatus.BAD_REQUEST))
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, self.rfile.read(length))
        listener = self.server.listener
        return self._put(listener.sandbox.answer(request, is_api_only=listener.is_api_only))

    def _put(self, answer: Answer) -> None:
        if answer.manner is Manner.RESET:
            return self._reset()
        if answer.manner is Manner.SILENT:
            self.close_connection = True
            return None
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.manner is Manner.HALF:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            return self._reset()
        self.wfile.write(answer.body)
        return None

    def _reset(self) -> None:
        """Cut the line: what is closed by number is not shut down politely first."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        os.close(self.connection.detach())

    def log_message(self, *_arguments: object) -> None:
        """The log at `/_control/log` tells more."""
