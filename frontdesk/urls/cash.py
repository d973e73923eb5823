from django.urls import path

from frontdesk.urls import converters  # noqa: F401 — registers "day"
from frontdesk.views import cash

urlpatterns = [
    path("cash/", cash.drawer, name="cash"),
    path("cash/open/", cash.open_drawer, name="cash_open"),
    path("cash/move/", cash.move, name="cash_move"),
    path("cash/tips/", cash.hand_on_tips, name="cash_tips"),
    path("cash/count/", cash.count, name="cash_count"),
    path("cash/<day:day>/", cash.day, name="cash_day"),
    path("cash/<day:day>/close/", cash.close_day, name="cash_close_day"),
    path("cash/<day:day>/reopen/", cash.reopen_day, name="cash_reopen_day"),
]
