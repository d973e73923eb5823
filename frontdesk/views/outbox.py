"""The demo's mail, as its clients would find it: the files that Django's own backend writes.

Only where the demo runs; elsewhere these addresses do not exist. Nobody logs in, since clients
do not either.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

MOST = 50
# What Django writes between two mails of a file.
_LINE = re.compile(rb"\n-{79}\n?")


@dataclass(frozen=True)
class Mail:
    name: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def files(self) -> list[str]:
        return [part.get_filename("") for part in self.message.iter_attachments()]


@require_safe
@login_not_required
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the newest mails of the demo."""
    return render(request, "demo/outbox.html", {"mails": _read(_files()[:MOST])[:MOST]})


@require_safe
@login_not_required
def mail(_request: HttpRequest, name: str) -> HttpResponse:
    """Give one mail as a file that a mail program opens, as it looks there."""
    of_its_file = _read([path for path in _files() if name.startswith(path.stem)])
    found = next((one for one in of_its_file if one.name == name), None)
    if found is None:
        raise Http404
    answer = HttpResponse(found.raw, content_type="message/rfc822")
    answer["Content-Disposition"] = f'attachment; filename="{name}.eml"'
    return answer


def _files() -> list[Path]:
    """Return the files of the outbox, newest first; 404 where no demo runs."""
    if not settings.DEMO:
        raise Http404
    files = Path(settings.EMAIL_FILE_PATH).glob("*.log")
    return sorted(files, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _read(files: list[Path]) -> list[Mail]:
    """Return the mails of these files, the newest first; one file may hold several."""
    mails = []
    for path in files:
        written = [raw for raw in _LINE.split(path.read_bytes()) if raw.strip()]
        names = [path.stem, *(f"{path.stem}-{number}" for number in range(2, len(written) + 1))]
        mails += [Mail(name, raw) for name, raw in zip(names, written, strict=True)][::-1]
    return mails
