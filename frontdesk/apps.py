from django.apps import AppConfig, apps

# What nobody loads of HTMX; its extensions import what is not there.
UNUSED_STATICS = ("django_htmx/ext/*", "django_htmx/htm*-4*")


class FrontdeskConfig(AppConfig):
    name = "frontdesk"

    def ready(self) -> None:
        statics = apps.get_app_config("staticfiles")
        statics.ignore_patterns = [*statics.ignore_patterns, *UNUSED_STATICS]
