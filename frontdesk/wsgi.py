"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdesk.settings")
application = get_wsgi_application()

# Django checks itself in commands only; a web process must refuse a bad start as well.
from spa.checks import refuse_bad_start  # noqa: E402

refuse_bad_start()
