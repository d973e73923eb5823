from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class TasksConfig(AppConfig):
    name = "tasks"

    def ready(self) -> None:
        from tasks import schedules

        # Django signals only apps that have models: the schedule's rows are django-q2's.
        queue = apps.get_app_config("django_q")
        post_migrate.connect(schedules.lay_down, sender=queue, dispatch_uid="tasks.lay_down")
