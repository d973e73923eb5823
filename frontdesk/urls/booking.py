from django.urls import path

from frontdesk.views import booking

urlpatterns = [
    path("appointments/<str:code>/", booking.appointment, name="appointment"),
    path("appointments/<str:code>/<slug:command>/", booking.act, name="act"),
]
