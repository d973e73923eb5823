from django.urls import path

from frontdesk.views import booking

# The fixed words first: a code would take them for its own.
urlpatterns = [
    path("appointments/new/", booking.new, name="new_appointment"),
    path("appointments/new/choose/", booking.choose, name="choose_appointment"),
    path("appointments/new/clients/", booking.find_clients, name="find_clients"),
    path("appointments/<str:code>/move/", booking.move, name="move"),
    path("appointments/<str:code>/move/choose/", booking.choose_move, name="choose_move"),
    path("appointments/<str:code>/", booking.appointment, name="appointment"),
    path("appointments/<str:code>/<slug:command>/", booking.act, name="act"),
]
