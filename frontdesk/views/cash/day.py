"""All drawers of a day, with what may explain their differences; and the day's close."""

from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk import places
from frontdesk.forms.cash import CloseDayForm, DrawerForm, ReopenDayForm
from frontdesk.forms.single import SingleValues
from spa import clock
from spa.errors import BusinessLogicError, Stale
from spa.models import CashDrawer, DayClose, Location
from spa.services import audit, cash, payments
from spa.services.audit import Actor

may_review = permission_required("spa.review_cashsession", raise_exception=True)
FIELDS = {
    "difference_without_note": "note",
    "visits_left": "left_reason",
    "reopened_without_reason": "reason",
}


@require_http_methods(["GET", "HEAD", "POST"])
@may_review
def day(request: HttpRequest, day: date) -> HttpResponse:
    """Show all drawers of a day with their differences; a manager adds a drawer here."""
    location = places.current(request)
    form = DrawerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        CashDrawer.objects.get_or_create(location=location, name=form.cleaned_data["name"].strip())
        return _back(request, day)
    audit.record(
        "ADMIN_ENDPOINT_HIT",
        subject=f"location:{location.pk}",
        actor=Actor(user=request.user),
        now=clock.now(),
        view="cash_day",
    )
    return _show(request, location, day, status=422 if form.errors else 200, form=form)


@require_POST
@may_review
def close_day(request: HttpRequest, day: date) -> HttpResponse:
    """Close the day as it was shown."""
    location = places.current(request)
    form = CloseDayForm(request.POST)
    if not form.is_valid():
        return _show(request, location, day, status=422, close_form=form)
    read = form.cleaned_data
    try:
        cash.close_day(
            location=location,
            day=day,
            difference_cents=read["difference"],
            note=read["note"],
            left_reason=read["left_reason"],
            now=clock.now(),
            actor=Actor(user=request.user, request_id=read["request_id"]),
        )
    except BusinessLogicError as refusal:
        _refuse(form, refusal)
        if isinstance(refusal, Stale):
            # The page now shows the day as it is: that is what the next close is about.
            form.show_again(difference=_difference(cash.of_day(location, day)))
        return _show(request, location, day, status=refusal.http_status, close_form=form)
    messages.success(request, _("The day is closed"))
    return _back(request, day)


@require_POST
@may_review
def reopen_day(request: HttpRequest, day: date) -> HttpResponse:
    """Take the day's close back, with a reason."""
    location = places.current(request)
    form = ReopenDayForm(request.POST)
    if not form.is_valid():
        return _show(request, location, day, status=422, reopen_form=form)
    closes = DayClose.objects.filter(location=location, day=day)
    try:
        cash.reopen_day(
            close=get_object_or_404(closes, pk=form.cleaned_data["close"]),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
            actor=Actor(user=request.user, request_id=form.cleaned_data["request_id"]),
        )
    except BusinessLogicError as refusal:
        _refuse(form, refusal)
        return _show(request, location, day, status=refusal.http_status, reopen_form=form)
    messages.success(request, _("The day is open again"))
    return _back(request, day)


def _show(
    request: HttpRequest, location: Location, day: date, *, status: int = 200, **forms: object
) -> HttpResponse:
    drawers = cash.of_day(location, day)
    not_charged = cash.not_charged(location, day)
    closes = DayClose.objects.filter(location=location, day=day).order_by("pk")
    closes = list(closes.select_related("closed_by", "reopened_by"))
    standing = next((close for close in closes if not close.reopened_at), None)
    difference = _difference(drawers)
    context = {
        "day": day,
        "location": location,
        "today": location.today(now=clock.now()),
        "drawers": drawers,
        "not_charged": not_charged,
        "waiting": [visit for visit in not_charged if visit.is_finished],
        "open_drawers": [row.session for row in drawers if not row.session.closed_at],
        "drawers_off": any(
            row.session.closed_at and row.session.difference_cents for row in drawers
        ),
        "difference_cents": difference,
        "sums": payments.sums(location, day),
        "close": standing,
        "taken_back": [close for close in closes if close.reopened_at],
        "form": DrawerForm(),
        "close_form": CloseDayForm(initial={"request_id": uuid4(), "difference": difference}),
        "reopen_form": ReopenDayForm(
            initial={"request_id": uuid4(), "close": standing and standing.pk}
        ),
        **forms,
    }
    return render(request, "cash/day.html", context, status=status)


def _difference(drawers: list[cash.DrawerDay]) -> int:
    """Return what all drawers that were counted have too much (positive) or too little."""
    return sum(row.session.difference_cents for row in drawers)


def _refuse(form: SingleValues, refusal: BusinessLogicError) -> None:
    field = FIELDS.get(str(refusal.facts.get("reason")))
    form.add_error(field if field in form.fields else None, refusal.detail)


def _back(request: HttpRequest, day: date) -> HttpResponse:
    return redirect(f"{reverse('cash_day', args=[day])}{places.query(request)}")
