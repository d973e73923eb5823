"""Why nothing can begin at a place of the calendar, with what can be done about it."""

from datetime import date

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from frontdesk import places
from frontdesk.forms.booking import KEY, MomentField
from frontdesk.views.calendar import refuse_strangers
from spa import clock
from spa.models import AppointmentItem, Location, Room, StaffMember, User
from spa.services.agenda.why import why_not


class PlaceForm(forms.Form):
    """A place of the calendar: a start in the column of a therapist, or of a room."""

    start = MomentField()
    staff = forms.IntegerField(**KEY)
    room = forms.IntegerField(**KEY)

    def clean(self) -> dict:
        place = super().clean()
        one_column = (place.get("staff") is None) != (place.get("room") is None)
        if not (place.get("start") and one_column):
            raise forms.ValidationError("no place")
        return place


@require_GET
def why(request: HttpRequest, day: date) -> HttpResponse:
    """Tell what stands in the way of a place of `day`; to a therapist of her own column only."""
    location, now = places.current(request), clock.now()
    refuse_strangers(request.user)
    form = PlaceForm(request.GET)
    if not form.is_valid() or abs((location.today(now=form.cleaned_data["start"]) - day).days) > 1:
        raise Http404
    place = form.cleaned_data
    column = (
        {"staff": _staff(place["staff"], location, request.user)}
        if place["staff"]
        else {"room": _room(place["room"], location, request.user)}
    )
    told = why_not(location=location, start=place["start"], user=request.user, now=now, **column)
    return render(
        request, "calendar/_why.html", {"why": told, "location": location, "day": day, **column}
    )


def _staff(pk: int, location: Location, user: User) -> StaffMember:
    """Return whose column it is: who works here, or once did and still has visits."""
    here = StaffMember.objects.working_at(location)
    visits = AppointmentItem.objects.filter(staff=OuterRef("pk"), appointment__location=location)
    known = StaffMember.objects.filter(Q(pk__in=here.values("pk")) | Exists(visits))
    found = get_object_or_404(known, pk=pk)
    if not user.has_perm("spa.view_calendar") and found.user_id != user.pk:
        raise Http404
    return found


def _room(pk: int, location: Location, user: User) -> Room:
    if not user.has_perm("spa.view_calendar"):
        raise Http404
    return get_object_or_404(Room, pk=pk, location=location)
