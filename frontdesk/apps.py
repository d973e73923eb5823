from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class FrontdeskConfig(AppConfig):
    name = "frontdesk"


class StaticFiles(StaticFilesConfig):
    """Leaves out what nobody loads of HTMX: extensions import what is not there."""

    ignore_patterns = (
        *StaticFilesConfig.ignore_patterns,
        "django_htmx/ext/*",
        "django_htmx/htm*-4*",
    )
