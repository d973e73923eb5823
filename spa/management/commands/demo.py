"""Load the demo spa into an empty database, or top it up: close days gone by, fill those ahead."""

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from spa import clock
from spa.demo import house, visits
from spa.models import Location


class Command(BaseCommand):
    help = __doc__

    def handle(self, **_options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The demo spa exists in demo mode only (SPA_MODE=demo).")
        now = clock.now()
        if not Location.objects.exists():
            house.build()
            visits.make_clients(now)
        closed, written = visits.close_days_gone_by(now), visits.fill(now)
        self.stdout.write(f"Bruma Spa: {written} visits written, {closed} closed.")
