"""A request and an answer, without the sockets."""

import enum
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from string import punctuation
from urllib.parse import parse_qsl, quote


class Manner(enum.Enum):
    """How an answer is put on the wire."""

    WHOLE = "whole"
    HALF = "half of the body, then reset"
    RESET = "reset"
    SILENT = "closed without a word"


@dataclass
class Request:
    method: str
    path: str
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True)

    @property
    def query(self) -> dict[str, str]:
        return dict(self.pairs)

    @property
    def is_form(self) -> bool:
        """A form has names first. `curl -d` says form of JSON, too."""
        kind = self.headers.get("content-type", "")
        return "form-urlencoded" in kind and not self.body.startswith(b"{")

    def data(self) -> dict:
        """Return what a body of JSON or of a form holds.

        :raises ValueError: it is no object
        """
        if self.is_form:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        read = json.loads(self.body or b"{}")
        if not isinstance(read, dict):
            raise ValueError("A JSON object is expected.")
        return read


@dataclass
class Answer:
    status: int = HTTPStatus.OK
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE

    @classmethod
    def json(cls, data: object, status: int = HTTPStatus.OK) -> "Answer":
        return cls(status, json.dumps(data, ensure_ascii=False).encode())

    @classmethod
    def html(cls, page: str, status: int = HTTPStatus.OK) -> "Answer":
        return cls(status, page.encode(), "text/html; charset=utf-8")

    @classmethod
    def redirect(cls, url: str, status: int = HTTPStatus.SEE_OTHER) -> "Answer":
        return cls(status, headers={"Location": quote(url, safe=punctuation)})
