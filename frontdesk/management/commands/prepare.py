"""Make an installation ready to serve: tables, static files, the demo spa, a first heartbeat."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django_q.tasks import async_task


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--empty", action="store_true", help="load no demo spa")

    def handle(self, *, empty: bool, **_options: object) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        if settings.DEMO and not empty:
            call_command("demo")
        # The scheduler's first round is 30 s away; ready is what the tasks prove now.
        async_task("tasks.health.beat")


def collect_static() -> None:
    """Collect, hash and compress the static files unless nothing changed since last time."""
    stamp, now = Path(settings.STATIC_ROOT) / ".collected", _fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(now)


def _fingerprint() -> str:
    """Return a digest of our static files, and of the lock, which stands for the others'."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()
