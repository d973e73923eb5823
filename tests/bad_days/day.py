"""What a test does on a bad day: somebody pays, events come or do not, time passes."""

from importlib import import_module

from django_q.models import OrmQ
from django_q.signing import SignedPackage

from spa import clock
from spa.models import (
    Alert,
    Appointment,
    BreakerState,
    GatewayTransaction,
    Payment,
    WebhookEvent,
)
from spa.services import booking, payment_requests
from spa.services import gateway as services
from spa.wompi import keys
from spa.wompi.checkout import checkout_url
from spa.wompi.errors import GatewayError
from tasks import gateway as tasks
from tests.spa.booking.houses import DESK
from tests.spa.money.till import Till, fresh
from tests.wompi_sandbox.wompi import Wompi


class Day:
    def __init__(self, wompi: Wompi, settings, *, offset: int) -> None:
        self.wompi, self.settings = wompi, settings
        settings.SPA_CLOCK_OFFSET = offset
        self.till = Till()

    def hold(self, *, hour: int = 10, minutes: int = 120) -> tuple[Appointment, Payment]:
        """Return a visit that waits for its deposit, and the attempt that was begun."""
        visit = self.till.hold(minutes=minutes, hour=hour, now=clock.now())
        return visit, self.begin(visit)

    def begin(self, visit: Appointment) -> Payment:
        request = payment_requests.open_request(appointment=visit, now=clock.now(), actor=DESK)
        return services.open_attempt(request=request, now=clock.now()).payment

    def url(self, payment: Payment, *, back: str = "/return/x/") -> str:
        """Return where the payer's browser is sent, and from there `back`."""
        visit = Appointment.objects.get(code=payment.appointment)
        return checkout_url(
            keys=keys.load(),
            reference=payment.reference,
            amount_in_cents=payment.amount_cents,
            expires_at=payment_requests.end_of(payment.request, visit),
            return_url=f"{self.settings.SITE_URL}{back}",
        )

    def pay(self, payment: Payment, outcome: str = "APPROVED", **given: object) -> dict:
        """Play an outcome on the hosted page, and have its event answered."""
        paid = self.wompi.control("pay", url=self.url(payment), outcome=outcome, **given)
        self.wompi.settle()
        return paid["transaction"]

    def work(self) -> None:
        """Carry out what is queued, as the task cluster would; a call that fails ends its task."""
        while rows := list(OrmQ.objects.order_by("pk")):
            for row in rows:
                task = SignedPackage.loads(row.payload)
                row.delete()
                module, _, name = task["func"].rpartition(".")
                try:
                    getattr(import_module(module), name)(*task["args"])
                except GatewayError:
                    continue

    def pass_time(self, **delta: int) -> None:
        """Let time pass for Wompi and for us alike."""
        seconds = sum(
            number * {"seconds": 1, "minutes": 60, "hours": 3600}[unit]
            for unit, number in delta.items()
        )
        self.wompi.advance(seconds)
        self.settings.SPA_CLOCK_OFFSET += seconds

    def reconcile(self, **delta: int) -> None:
        """Let time pass and the job of each minute run."""
        self.pass_time(**(delta or {"seconds": 61}))
        tasks.reconcile()
        self.work()

    def expire(self) -> int:
        return booking.expire_due(now=clock.now())

    def mend(self) -> None:
        """Switch all faults off, and let the breaker forget."""
        self.wompi.control("faults/clear")
        BreakerState.objects.all().delete()

    # -- What is seen afterwards --------------------------------------------------------------
    def state(self, visit: Appointment, payment: Payment) -> tuple[str, str]:
        return fresh(visit).status, fresh(payment).state

    @property
    def alerts(self) -> list[str]:
        return sorted(Alert.objects.values_list("kind", flat=True))

    @property
    def truths(self) -> list[str]:
        return sorted(WebhookEvent.objects.values_list("truth", flat=True))

    @property
    def homes(self) -> list[str]:
        return sorted(GatewayTransaction.objects.values_list("home", flat=True))

    @property
    def answers(self) -> list[int]:
        """Return what we answered to every event."""
        tries = [one for event in self.wompi.look("events") for one in event["attempts"]]
        return [one["answer"] for one in tries]
