"""What clients have not been told yet: messages that wait, and those that were given up."""

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from frontdesk import places
from frontdesk.htmx import render_screen
from frontdesk.tables.base import PER_PAGE
from frontdesk.tables.messages import MessageTable
from spa import clock
from spa.models import MessageState, OutboxMessage
from spa.services import messages
from spa.services.audit import Actor


@require_safe
@permission_required("spa.view_outboxmessage", raise_exception=True)
def message_list(request: HttpRequest) -> HttpResponse:
    """Show what has not left at a house, what was given up first."""
    location = places.current(request)
    here = OutboxMessage.objects.open().filter(location=location)
    table = MessageTable(here.select_related("client"))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    return render_screen(
        request,
        page="messages/message_list.html",
        fragment="messages/_message_list.html",
        context={
            "table": table,
            "zone": location.tz,
            "dead": here.filter(state=MessageState.DEAD).count(),
            "is_demo": settings.DEMO,
        },
    )


@require_POST
@permission_required("spa.send_outboxmessage", raise_exception=True)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a message that was given up sent once more."""
    message = get_object_or_404(OutboxMessage.objects.visible_to(request.user), pk=pk)
    messages.send_again(message=message, now=clock.now(), actor=Actor(user=request.user))
    notices.success(request, _("It is sent once more"))
    return redirect(f"{reverse('messages')}{places.query(request)}")
