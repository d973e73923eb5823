from django.urls import path

from frontdesk.urls import converters  # noqa: F401 — registers "code"
from frontdesk.views import booking

urlpatterns = [
    path("appointments/new/", booking.new, name="new_appointment"),
    path("appointments/new/choose/", booking.choose, name="choose_appointment"),
    path("appointments/new/clients/", booking.find_clients, name="find_clients"),
    path("appointments/<code:code>/move/", booking.move, name="move"),
    path("appointments/<code:code>/move/choose/", booking.choose_move, name="choose_move"),
    path("appointments/<code:code>/items/", booking.change_items, name="change_items"),
    path("appointments/<code:code>/items/choose/", booking.choose_items, name="choose_items"),
    path("appointments/<code:code>/swap/", booking.swap, name="swap"),
    path("appointments/<code:code>/swap/choose/", booking.choose_swap, name="choose_swap"),
    path("appointments/<code:code>/cancel-party/", booking.cancel_party, name="cancel_party"),
    path("appointments/<code:code>/keep/", booking.keep, name="keep"),
    path("appointments/<code:code>/confirm/", booking.confirm, name="confirm"),
    path("appointments/<code:code>/link/", booking.link, name="payment_link"),
    path("appointments/<code:code>/link/send/", booking.send_link, name="send_link"),
    path("appointments/<code:code>/link/end/", booking.end_link, name="end_link"),
    path("appointments/<code:code>/aside/", booking.put_aside, name="put_aside"),
    path("appointments/<code:code>/take-back/", booking.take_back, name="take_back"),
    path("appointments/<code:code>/", booking.appointment, name="appointment"),
    path("appointments/<code:code>/<slug:command>/", booking.act, name="act"),
]
