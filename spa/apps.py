from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SpaConfig(AppConfig):
    name = "spa"
    label = "spa"
    verbose_name = "Spa"

    def ready(self) -> None:
        from spa import checks  # noqa: F401
        from spa.services import setup

        post_migrate.connect(setup.lay_down, sender=self, dispatch_uid="spa.lay_down")
