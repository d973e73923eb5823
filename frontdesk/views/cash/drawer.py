"""One's own cash drawer: opened, moved by hand, counted blind."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from frontdesk import places
from frontdesk.forms.cash import CountForm, MoveForm, OpenForm, TipsForm
from frontdesk.forms.single import SingleValues
from spa import clock, money
from spa.errors import BusinessLogicError
from spa.models import CashSession, Location, StaffMember
from spa.services import cash
from spa.services.audit import Actor

may_hold_cash = permission_required("spa.open_cashsession", raise_exception=True)


@require_safe
@may_hold_cash
def drawer(request: HttpRequest) -> HttpResponse:
    """Show the user's drawer: to be opened, or what can be done with it."""
    return _show(request)


@require_POST
@may_hold_cash
def open_drawer(request: HttpRequest) -> HttpResponse:
    form = OpenForm(request.POST, location=places.current(request))
    if form.is_valid():
        try:
            session = cash.open_session(
                drawer=form.cleaned_data["drawer"],
                float_cents=form.cleaned_data["float"],
                now=clock.now(),
                actor=_actor(request, form),
            )
        except BusinessLogicError as refusal:
            return _refused(request, form, refusal, open_form=form)
        messages.success(request, _("%(drawer)s is open") % {"drawer": session.drawer.name})
        return _back(request)
    return _show(request, status=422, open_form=form)


@require_POST
@may_hold_cash
def move(request: HttpRequest) -> HttpResponse:
    """Put cash in or take it out by hand."""
    form = MoveForm(request.POST)
    if form.is_valid():
        try:
            cash.move_by_hand(
                session=_own(request),
                cents=form.cents,
                reason=form.cleaned_data["reason"],
                now=clock.now(),
                actor=_actor(request, form),
            )
        except BusinessLogicError as refusal:
            return _refused(request, form, refusal, move_form=form)
        messages.success(
            request, _("Written down: %(amount)s") % {"amount": money.pesos(form.cents)}
        )
        return _back(request)
    return _show(request, status=422, move_form=form)


@require_POST
@may_hold_cash
def hand_on_tips(request: HttpRequest) -> HttpResponse:
    """Give a therapist all her tips in cash."""
    form = TipsForm(request.POST)
    location = places.current(request)
    if not form.is_valid():
        return _back(request)  # of an older page: the sums are shown again
    staff = get_object_or_404(StaffMember, pk=form.cleaned_data["staff"])
    try:
        cents = cash.pay_out_tips(
            staff=staff,
            cents=form.cleaned_data["cents"],
            location=location,
            now=clock.now(),
            actor=_actor(request, form),
        )
    except BusinessLogicError as refusal:
        return _show(request, status=refusal.http_status, refusal=refusal)
    said = _("%(amount)s of tips handed to %(name)s")
    messages.success(request, said % {"amount": money.pesos(cents), "name": staff.name})
    return _back(request)


@require_POST
@may_hold_cash
def count(request: HttpRequest) -> HttpResponse:
    """Close the user's drawer with what she counted; a button only adds it up."""
    form = CountForm(request.POST)
    sound = form.is_valid()
    if not sound or "add_up" in request.POST:
        return _show(request, status=200 if sound else 422, count_form=form)
    try:
        session = cash.close_session(
            session=_own(request),
            counts=form.counts,
            now=clock.now(),
            actor=_actor(request, form),
        )
    except BusinessLogicError as refusal:
        return _refused(request, form, refusal, count_form=form)
    messages.success(request, said_of(session))
    return _back(request)


def said_of(session: CashSession) -> str:
    """Return in a sentence how a count came out."""
    difference = session.difference_cents
    if difference == 0:
        return _("%(drawer)s is closed and correct: %(counted)s") % {
            "drawer": session.drawer.name,
            "counted": money.pesos(session.counted_cents),
        }
    said = _("%(drawer)s is closed. %(amount)s too much") if difference > 0 else _(
        "%(drawer)s is closed. %(amount)s missing"
    )  # fmt: skip
    return said % {"drawer": session.drawer.name, "amount": money.pesos(abs(difference))}


def _show(request: HttpRequest, *, status: int = 200, **forms: object) -> HttpResponse:
    location = places.current(request)
    session = _session(request, location)
    context = {
        "location": location,
        "session": session,
        "today": location.today(now=clock.now()),
        "elsewhere": None if session else _session(request, None),
        "open_form": OpenForm(initial={"request_id": uuid4()}, location=location),
        "move_form": MoveForm(initial={"request_id": uuid4(), "way": "out"}),
        "count_form": CountForm(initial={"request_id": uuid4()}),
        "tips": _tips(location) if session else [],
        **forms,
    }
    return render(request, "cash/drawer.html", context, status=status)


def _refused(
    request: HttpRequest, form: SingleValues, refusal: BusinessLogicError, **forms: object
) -> HttpResponse:
    """Give the form back; what is not about it stands above the page."""
    if isinstance(refusal, cash.NoOpenDrawer):
        return _show(request, status=refusal.http_status, refusal=refusal, **forms)
    form.add_error(None, refusal.detail)
    return _show(request, status=refusal.http_status, **forms)


def _session(request: HttpRequest, location: Location | None) -> CashSession | None:
    sessions = CashSession.objects.open().filter(opened_by=request.user)
    if location:
        sessions = sessions.filter(drawer__location=location)
    return sessions.select_related("drawer__location").first()


def _own(request: HttpRequest) -> CashSession:
    session = _session(request, places.current(request))
    if session is None:
        raise cash.NoOpenDrawer(reason="no_open_drawer")
    return session


def _tips(location: Location) -> list[tuple[StaffMember, int, str]]:
    """Return who works here and has tips to get, how much, and a key for each button."""
    owed = cash.tips_owed()
    staff = StaffMember.objects.filter(pk__in=owed).order_by("name", "pk")
    return [(member, owed[member.pk], str(uuid4())) for member in staff]


def _actor(request: HttpRequest, form: SingleValues) -> Actor:
    return Actor(user=request.user, request_id=form.cleaned_data["request_id"])


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('cash')}{places.query(request)}")
