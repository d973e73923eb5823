"""Check the living database; list what is wrong and exit with 1 if anything is."""

from django.core.management import BaseCommand, CommandError

from spa import clock
from spa.services import verification


class Command(BaseCommand):
    help = __doc__

    def handle(self, **_options: object) -> None:
        found = list(verification.findings(now=clock.now()))
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} findings.")
        self.stdout.write("Clean.")
