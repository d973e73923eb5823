"""Load the demo spa into an empty database, or bring it to the present: `spa/demo/bruma.py`."""

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from spa import clock
from spa.demo import bruma


class Command(BaseCommand):
    help = __doc__

    def handle(self, **_options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The demo spa exists in demo mode only (SPA_MODE=demo).")
        started = bruma.start(clock.now())
        if started is None:
            self.stdout.write("This is another spa: left alone.")
            return
        self.stdout.write(f"Bruma Spa: {started.written} visits new, {started.led_on} led on.")
