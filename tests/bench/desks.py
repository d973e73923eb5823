"""A receptionist's browser, as light as can be: it shares the cores with the server."""

import http.client
import re
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from spa.models import Client, Service, StaffMember, User

NEW = "/appointments/new/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CODE = re.compile(r'data-code="([^"]+)"')


def log_in(user: User) -> str:
    """Return the key of a session in which `user` is logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


@dataclass
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def code(self) -> str:
        """Return the code of the refusal that the answer shows, if any."""
        found = CODE.search(self.body.decode())
        return found[1] if found else ""


@dataclass
class Desk:
    """One logged-in browser with a connection that it keeps."""

    port: int
    session: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        self.cookies[settings.SESSION_COOKIE_NAME] = self.session
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def open(self) -> None:
        """Open the booking panel, for its token."""
        self.token = TOKEN.search(self.get(NEW).body.decode())[1]

    def get(self, path: str, **headers: str) -> Answer:
        return self._send("GET", path, None, headers)

    def post(self, path: str, form: dict) -> Answer:
        """Send a form as HTMX does."""
        body = urlencode({"csrfmiddlewaretoken": self.token, **form}, doseq=True)
        kind = "application/x-www-form-urlencoded"
        return self._send("POST", path, body, {"Content-Type": kind, "HX-Request": "true"})

    def book(
        self, *, client: Client, service: Service, staff: StaffMember, starts_at: datetime
    ) -> Answer:
        return self.post(
            NEW,
            {
                "request_id": str(uuid4()),
                "day": starts_at.date().isoformat(),
                "start": starts_at.isoformat(),
                "client": client.pk,
                "service": service.pk,
                "therapist": staff.pk,
            },
        )

    def close(self) -> None:
        self.connection.close()

    def _send(self, method: str, path: str, body: str | None, headers: dict) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{self.port}", **headers}
        try:
            answer = self._once(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closes a connection that was idle; a browser, too, opens another one.
            self.connection.close()
            answer = self._once(method, path, body, headers)
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer

    def _once(self, method: str, path: str, body: str | None, headers: dict) -> Answer:
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return Answer(response.status, response.read(), response.headers)
