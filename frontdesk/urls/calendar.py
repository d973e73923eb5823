from django.urls import path

from frontdesk.urls import converters  # noqa: F401 — registers "day" and "code"
from frontdesk.views import calendar, out, week
from frontdesk.views.block import block, unblock
from frontdesk.views.booking.drag import drag
from frontdesk.views.booking.stretch import stretch
from frontdesk.views.why import why

urlpatterns = [
    path("", calendar.today, name="today"),
    path("calendar/<day:day>/", calendar.day, name="day"),
    path("calendar/<day:day>/block/", block, name="block"),
    path("calendar/<day:day>/why/", why, name="why"),
    path("calendar/exclusions/<int:pk>/unblock/", unblock, name="unblock"),
    path("calendar/<day:day>/out/", out.out, name="out"),
    path("calendar/out/<int:pk>/", out.out_list, name="out_list"),
    path("calendar/out/<int:pk>/called/<code:code>/", out.called, name="called"),
    path("calendar/week/<int:staff>/<day:day>/", week.week, name="week"),
    path("calendar/<day:day>/month/<day:first>/", calendar.choose, name="month"),
    path("appointments/<code:code>/drag/", drag, name="drag"),
    path("appointments/<code:code>/stretch/", stretch, name="stretch"),
]
