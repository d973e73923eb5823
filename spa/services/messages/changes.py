"""Whether a visit is, for its client, still what she was last told."""

from spa.models import Appointment, AppointmentChange


def tells_nothing_new(visit: Appointment, *, since: int) -> bool:
    """Say whether times, treatments and therapists are what they were in version `since`.

    Which room it is, or which place in it, is nothing to her. Two queries at most.
    """
    states = dict(
        AppointmentChange.objects.filter(
            appointment=visit, version__in=(since, visit.version)
        ).values_list("version", "state")
    )
    before, today = states.get(since), states.get(visit.version)
    return before is not None and today is not None and _as_she_sees(before) == _as_she_sees(today)


def _as_she_sees(state: dict) -> list:
    items = [(item["service"], item["staff"], item["starts_at"]) for item in state["items"]]
    return [state["starts_at"], state["ends_at"], items]
