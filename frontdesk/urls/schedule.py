from django.urls import path

from frontdesk.views import schedule

urlpatterns = [
    path("schedule/", schedule.overview, name="schedule"),
    path("schedule/opening/", schedule.opening, name="schedule_opening"),
    path("schedule/holidays/<int:year>/", schedule.holidays, name="schedule_holidays"),
    path("schedule/staff/<int:pk>/", schedule.staff, name="schedule_staff"),
    path("schedule/rooms/<int:pk>/", schedule.room, name="schedule_room"),
    path("schedule/exclusions/new/", schedule.exclude, name="schedule_exclude"),
    path(
        "schedule/staff/<int:staff>/exclusions/new/",
        schedule.exclude,
        name="schedule_exclude_staff",
    ),
    path(
        "schedule/rooms/<int:room>/exclusions/new/", schedule.exclude, name="schedule_exclude_room"
    ),
    path("schedule/exclusions/remove/", schedule.remove, name="schedule_remove"),
]
