"""How much may be booked for one client, and by one user (rule book §5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from spa import money
from spa.errors import BusinessLogicError
from spa.models import MOVABLE, Appointment, Client, Location, User
from spa.services.audit import Actor

HOUR = timedelta(hours=1)


class TooManyVisits(BusinessLogicError):
    """The client has as many visits ahead as the policy allows; `facts["limit"]`."""

    internal_code = "APP-003"


class ClientOwes(BusinessLogicError):
    """The client left without paying an earlier visit; `facts["owed_cents"]`."""

    internal_code = "APP-004"


class TooManyBookings(BusinessLogicError):
    """Too many visits were booked within the hour; `facts["per"]` is `client` or `user`."""

    internal_code = "APPOINTMENT_RATE_LIMIT"
    http_status = 429


def broken_by_booking(
    clients: Sequence[Client],
    *,
    location: Location,
    policy: dict[str, int | None],
    now: datetime,
    actor: Actor,
) -> list[BusinessLogicError]:
    """Return the limits that one more visit for each of these clients would break.

    The clients are locked by the caller, so that nothing is booked for them meanwhile. The user
    is locked here, last of all rows: she may sit at two desks, with other clients at each. Four
    queries at most.
    """
    broken = list(_of_clients(clients, location=location, policy=policy, now=now))
    limit = policy["max_bookings_per_user_hour"]
    if actor.user is not None and limit is not None:
        lock_user(actor.user)
        made = Appointment.objects.filter(created_by=actor.user, created_at__gt=now - HOUR)
        if made.count() + len(clients) > limit:
            broken.append(
                TooManyBookings(
                    _(
                        "The most that one user can book within an hour is %(limit)s."
                        " Wait a while, or ask a manager."
                    )
                    % {"limit": limit},
                    per="user",
                    limit=limit,
                )
            )
    return broken


def broken_by_return(
    client: Client,
    *,
    visit: Appointment,
    location: Location,
    policy: dict[str, int | None],
    now: datetime,
) -> list[BusinessLogicError]:
    """Return the limit that is broken if `visit`, whose time is over, lies ahead once more."""
    ahead = Appointment.objects.filter(client=client, **_ahead(now)).exclude(pk=visit.pk).count()
    refusal = _too_many_visits(client, ahead, location=location, policy=policy, now=now)
    return [refusal] if refusal else []


def lock_user(user: User) -> None:
    """Wait for what this user is booking at another desk. One query."""
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk"))


def _of_clients(
    clients: Sequence[Client],
    *,
    location: Location,
    policy: dict[str, int | None],
    now: datetime,
) -> Iterable[BusinessLogicError]:
    counts = {
        row["client"]: row
        for row in Appointment.objects.filter(client__in=clients)
        .values("client")
        .annotate(
            ahead=Count("pk", filter=Q(**_ahead(now))),
            made=Count("pk", filter=Q(created_at__gt=now - HOUR)),
            owed=Sum("debt_cents"),
        )
    }
    for client in clients:
        count = counts.get(client.pk, {"ahead": 0, "made": 0, "owed": 0})
        if count["owed"]:
            yield ClientOwes(
                _(
                    "The client owes %(owed)s for an earlier visit."
                    " Charge it first, or ask a manager."
                )
                % {"owed": money.pesos(count["owed"])},
                owed_cents=count["owed"],
                client=client.pk,
            )
        refusal = _too_many_visits(
            client, count["ahead"], location=location, policy=policy, now=now
        )
        if refusal:
            yield refusal
        limit = policy["max_bookings_per_client_hour"]
        if limit is not None and count["made"] >= limit:
            yield TooManyBookings(
                _(
                    "The most that can be booked for one client within an hour is %(limit)s."
                    " Wait a while, or ask a manager."
                )
                % {"limit": limit},
                per="client",
                limit=limit,
                client=client.pk,
            )


def _too_many_visits(
    client: Client,
    ahead: int,
    *,
    location: Location,
    policy: dict[str, int | None],
    now: datetime,
) -> TooManyVisits | None:
    vip = client.is_vip(on=location.today(now=now))
    limit = policy["max_visits_ahead_vip" if vip else "max_visits_ahead"]
    if limit is None or ahead < limit:
        return None
    return TooManyVisits(
        _(
            "The most visits that one client can have ahead is %(limit)s."
            " Cancel one first, or ask a manager."
        )
        % {"limit": limit},
        limit=limit,
        client=client.pk,
    )


def _ahead(now: datetime) -> dict[str, object]:
    return {"status__in": MOVABLE, "ends_at__gt": now}
