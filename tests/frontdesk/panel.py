"""How the tests read the booking panel's answers and fill its form in."""

import re
from html.parser import HTMLParser
from uuid import uuid4


class Fields(HTMLParser):
    """The values that a form would send: inputs and selected options, in order.

    The search in the bar of a whole page is another form.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select, self._in_search = "", False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._in_search = given.get("role") == "search"
        elif self._in_search:
            return
        elif tag == "select":
            self._select = given.get("name", "")
            self.values.setdefault(self._select, []).append("")
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select][-1] = given["value"]
        elif tag == "input" and given.get("name"):
            if given.get("type") in ("radio", "checkbox") and "checked" not in given:
                return
            self.values.setdefault(given["name"], []).append(given.get("value") or "")

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""
        elif tag == "form":
            self._in_search = False


def fields(answer) -> dict[str, list[str]]:
    """Return what the panel of an answer would send: of a page its form, of parts all of them."""
    html = answer.content.decode()
    form = re.search(r"<form [^>]*data-booking.*?</form>", html, re.S)
    return Fields(form[0] if form else html).values


def problem(answer) -> tuple[str, str]:
    """Return code and reason of the refusal that an answer shows, if any."""
    page = answer.content.decode()
    shown = re.search(
        r'role="alert" id="problem" data-code="([^"]+)"(?: data-reason="(\w+)")?', page
    )
    return (shown[1], shown[2] or "") if shown else ("", "")


def free_starts(answer) -> list[str]:
    """Return the starts that can be chosen, best first."""
    return re.findall(r'data-start="([^"]+)"', answer.content.decode())


def filled_in(**form) -> dict:
    """Return a booking form as the panel sends it; `at` is its start."""
    start = form.pop("at")
    return {
        "request_id": str(uuid4()),
        "day": start.date().isoformat(),
        "start": start.isoformat(),
        **form,
    }
