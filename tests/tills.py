"""Money for tests: who takes it, and a visit that is paid."""

from datetime import datetime

from django.contrib.auth.models import Group

from spa.models import Appointment, CashDrawer, CashSession, User
from spa.services import cash, payments
from spa.services.audit import Actor
from spa.services.payments import Tender
from tests.factories import NOW, make_user


def make_worker(role: str = "receptionist", **fields) -> User:
    """Return somebody with a role, at every house."""
    user = make_user(**{"all_locations": True, **fields})
    user.groups.add(Group.objects.get(name=role))
    return user


def pay(
    visit: Appointment, *, now: datetime, actor: Actor | None = None, pesos: int | None = None
) -> Appointment:
    """Pay what is open of a visit (or `pesos` of it) by card; return it as it is then."""
    visit = Appointment.objects.get(pk=visit.pk)
    cents = visit.balance_cents if pesos is None else pesos * 100
    payments.charge(
        appointment=visit,
        tenders=[Tender("card_terminal", cents, reference="0001")],
        now=now,
        actor=actor or Actor(),
    )
    return Appointment.objects.get(pk=visit.pk)


def open_drawer(
    location, user: User, *, pesos: int = 200_000, now: datetime = NOW, name: str = ""
) -> CashSession:
    """Open a drawer of its own for somebody, with a float."""
    number = CashDrawer.objects.count() + 1
    drawer = CashDrawer.objects.create(location=location, name=name or f"Drawer {number}")
    return cash.open_session(
        drawer=drawer, float_cents=pesos * 100, now=now, actor=Actor(user=user)
    )
