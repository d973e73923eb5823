"""When people work, when a location is open, and when nobody can be booked (rule book §4).

Each change answers with a `Report`: the visits it leaves outside and the hours it wins or
loses. `trial` makes the same change and takes it back.
"""

from spa.services.schedule.block import (
    Block,
    BlockInvalid,
    VisitsInside,
    block_time,
    lock_made_unavailable,
    seal_of,
    visits_inside,
)
from spa.services.schedule.exclusions import exclude, exclude_weekly, unblock
from spa.services.schedule.holidays import close_on_holidays, closed_holidays
from spa.services.schedule.opening import opening_of, set_opening
from spa.services.schedule.overview import Taken, Worker, days_of, rooms, taken, workers
from spa.services.schedule.standing import MEASURED, Change, Report, Visit
from spa.services.schedule.trial import VisitsLeftOutside, trial
from spa.services.schedule.weekly import (
    MOST_A_DAY,
    BlocksOverlap,
    Hours,
    ScheduleInvalid,
    merged,
    set_week,
    version_of,
    week_of,
)

__all__ = [
    "MEASURED",
    "MOST_A_DAY",
    "Block",
    "BlockInvalid",
    "BlocksOverlap",
    "Change",
    "Hours",
    "Report",
    "ScheduleInvalid",
    "Taken",
    "Visit",
    "VisitsInside",
    "VisitsLeftOutside",
    "Worker",
    "block_time",
    "close_on_holidays",
    "closed_holidays",
    "days_of",
    "exclude",
    "exclude_weekly",
    "lock_made_unavailable",
    "merged",
    "opening_of",
    "rooms",
    "seal_of",
    "set_opening",
    "set_week",
    "taken",
    "trial",
    "unblock",
    "version_of",
    "visits_inside",
    "week_of",
    "workers",
]
