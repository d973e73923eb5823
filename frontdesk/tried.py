"""A change that a form asks for: tried, or saved, and what is to be said about it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frontdesk import places
from frontdesk.forms.schedule import ChangeForm
from frontdesk.templatetags.spa import day_as, minutes
from spa import clock
from spa.errors import BusinessLogicError
from spa.models import Location
from spa.services import schedule
from spa.services.audit import Actor
from spa.services.idempotency import KeyMismatch
from spa.services.schedule import Change, Report, Visit, VisitsLeftOutside


@dataclass(frozen=True, slots=True)
class Told:
    """A report as a screen shows it: visits whom the user may see, and how many others."""

    report: Report
    visits: list[Visit]
    elsewhere: int
    hours: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: `saved`, or why not."""

    status: int
    told: Told | None = None
    saved: bool = False
    refusal: BusinessLogicError | None = None


def carry_out(
    request: HttpRequest, form: ChangeForm, change: Callable[..., Report], **arguments: object
) -> Outcome:
    """Save the change if that was pressed, else try it; a refusal is put into the form."""
    actor = Actor(user=request.user, request_id=form.cleaned_data["request_id"])
    arguments |= {"now": clock.now(), "actor": actor}
    saving = request.POST.get("do") == "save"
    try:
        if saving:
            report = change(**arguments, confirmed=form.cleaned_data["confirmed"])
        else:
            report = schedule.trial(change, **arguments)
    except BusinessLogicError as refusal:
        form.refuse(refusal)
        if isinstance(refusal, KeyMismatch):
            form.forget_request()
        report = refusal.report if isinstance(refusal, VisitsLeftOutside) else None
        return Outcome(refusal.http_status, report and tell(request, report), refusal=refusal)
    return Outcome(200, tell(request, report), saved=saving)


def tell(request: HttpRequest, report: Report) -> Told:
    mine = {location.pk for location in places.of(request).all}
    visits = [visit for visit in report.visits if visit.location in mine]
    return Told(report, visits, len(report.visits) - len(visits), hours(report))


def hours(report: Report) -> str:
    """Return in a sentence what a change wins or loses."""
    since = day_as(report.since, "j M Y")
    told = [
        _difference(
            report.staff, _("%(length)s more therapist time"), _("%(length)s less therapist time")
        ),
        _difference(report.rooms, _("%(length)s more room time"), _("%(length)s less room time")),
    ]
    said = " · ".join(filter(None, told))
    if not said:
        return _("Nothing changes in what can be booked in the 28 days from %(day)s.") % {
            "day": since
        }
    return _("To book in the 28 days from %(day)s: %(hours)s.") % {"day": since, "hours": said}


def _difference(change: Change, more: str, less: str) -> str:
    if not change.gained:
        return ""
    sentence = more if change.gained > 0 else less
    return sentence % {"length": minutes(abs(change.gained))}


def saved(told: Told) -> str | Promise:
    """Return what is said after saving."""
    number = len(told.report.visits)
    left = (
        ngettext(
            "%(number)s visit is outside now: move it, or call the client.",
            "%(number)s visits are outside now: move them, or call the clients.",
            number,
        )
        % {"number": number}
        if number
        else ""
    )
    return " ".join(filter(None, [_("Saved."), told.hours, left]))


def address(path: str, location: Location) -> str:
    """Return an address that stays about `location`, whatever another tab looks at."""
    return f"{path}?location={location.pk}"
