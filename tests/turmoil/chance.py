"""What chance gives a desk: whom, when, what, and how much."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db.models import Model, QuerySet

from spa.models import ACTIVE, Appointment
from spa.services import payments, schedule
from spa.services.audit import Actor
from spa.services.slots import Wanted
from tests.turmoil.house import CLOSES, DAYS, OPENS, Stage

QUARTERS = (CLOSES - OPENS) * 4
IN_THE_RUSH = 0.7  # of what is done, concerns the hour at which all desks rush


class NothingThere(Exception):
    """The command has nothing to work on yet."""


class Chance:
    """One desk's luck; the same seed draws the same from the same house."""

    def __init__(self, chance: Random, stage: Stage) -> None:
        self.chance, self.stage = chance, stage
        self.blocks: list[schedule.Block] = []

    def _tenders(self, owed: int, *, whole: bool = False) -> list[payments.Tender]:
        cents = owed if whole or self.chance.random() < 0.7 else self._part(owed)
        methods = self.chance.sample(["cash", "card_terminal", "bank_transfer"], 2)
        parts = [cents // 200 * 100, cents - cents // 200 * 100]
        return [
            payments.Tender(method, part, reference="" if method == "cash" else "7")
            for method, part in zip(methods, parts, strict=True)
            if part
        ]

    def _part(self, cents: int) -> int:
        """Return whole pesos up to so many cents."""
        return self.chance.randint(0, cents // 100) * 100

    def _any(self, rows: QuerySet) -> Model:
        found = list(rows)
        if not found:
            raise NothingThere
        return self.chance.choice(found)

    def _told(self) -> dict:
        return {"now": self.stage.now, "actor": self._actor()}

    def _here(self) -> dict:
        return {"location": self.stage.location, **self._told()}

    def _actor(self) -> Actor:
        number = UUID(int=self.chance.getrandbits(128), version=4)
        return Actor(user=self.chance.choice(self.stage.users), request_id=number)

    def _start(self) -> datetime:
        if self.chance.random() < IN_THE_RUSH:
            return self.stage.rush + timedelta(minutes=15 * self.chance.randrange(4))
        return self.stage.moment(self.chance.choice(DAYS), self.chance.randrange(QUARTERS))

    def _span(self) -> dict:
        starts_at = self._start()
        return {
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=15 * self.chance.randint(1, 4)),
        }

    def _whom(self) -> dict:
        whom = [("staff", self.stage.staff), ("room", self.stage.rooms)]
        kind, among = self.chance.choice([*whom, *whom, ("", [])])
        return {kind: self.chance.choice(among)} if kind else {}

    def _somebody(self) -> int | None:
        return self.chance.choice([None, None, *(member.pk for member in self.stage.staff)])

    def _wishes(self, most: int = 3) -> list[Wanted]:
        services = self.chance.sample(self.stage.services, self.chance.randint(1, most))
        return [
            Wanted(
                service.pk,
                self._somebody() if service.needs_staff else None,
                parallel=number > 0 and self.chance.random() < 0.3,
            )
            for number, service in enumerate(services)
        ]

    def _visit(self, *, of_party: bool = False) -> Appointment:
        """Return a visit; mostly one that is still to come.

        :raises NothingThere: there is none yet
        """
        visits = Appointment.objects.select_related("location", "client").order_by("pk")
        if self.chance.random() < 0.9:
            visits = visits.filter(status__in=ACTIVE)
        if self.chance.random() < IN_THE_RUSH:
            until = self.stage.rush + timedelta(hours=1)
            visits = visits.filter(starts_at__lt=until, ends_at__gt=self.stage.rush)
        found = list(visits)
        if of_party:
            groups = [visit.group for visit in found]
            found = [visit for visit in found if groups.count(visit.group) > 1]
        if not found:
            raise NothingThere
        return self.chance.choice(found)
