"""One file for every environment; what differs is read from the environment, here at the top.

`SPA_MODE` is `production` unless it says `demo`; production refuses to start with demo
secrets (`spa/checks.py`). Business numbers (a deadline, a deposit) are `SpaPolicy`, not settings.
"""

import sys
from pathlib import Path

import environ

from spa.postgres.cluster import FAST, Cluster

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("SPA_MODE", default="production")
DEMO = MODE == "demo"
# Tests run on their own cluster, without fsync, and with a cheap password hash.
TESTING = "pytest" in sys.modules
SECRET_KEY = env.str("SECRET_KEY", default="demo-only-" + "x" * 50 if DEMO or TESTING else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Encrypts health data: base64 of 32 bytes each, the first encrypts, all decrypt.
FIELD_KEYS = env.list(
    "FIELD_KEYS",
    default=["ZGVtby1vbmx5LWRlbW8tb25seS1kZW1vLW9ubHktMDA="] if DEMO or TESTING else [],
)
# Sign the links that clients get; the first signs, all are believed.
LINK_KEYS = env.list("LINK_KEYS", default=["demo-only-" + "l" * 50] if DEMO or TESTING else [])
# Where clients find us: for links in mail, and the way back from the gateway.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000" if DEMO or TESTING else "")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEMO else []
)
# What the spa is called: on the receipt, in titles, at the log-in. A house has a name of its own.
SPA_NAME = env.str("SPA_NAME", default="Bruma Spa")
# How many proxies of ours stand in front; only then is their X-Forwarded-Proto believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# Seconds by which the product's clock is shifted; demo and tests only.
SPA_CLOCK_OFFSET = env.int("SPA_CLOCK_OFFSET", default=0)
# The demo's mail lies in a folder, which /demo/outbox/ shows; production must name a server.
EMAIL_CONFIG = env.email("EMAIL_URL", default="filemail://" if DEMO else "dummymail://")
DEFAULT_FROM_EMAIL = env.str(
    "EMAIL_FROM", default="Bruma Spa <citas@demo.test>" if DEMO or TESTING else ""
)
# The gateway's four credentials, all of one environment; without any there is no gateway.
WOMPI_PUBLIC_KEY = env.str("WOMPI_PUBLIC_KEY", default="")
WOMPI_PRIVATE_KEY = env.str("WOMPI_PRIVATE_KEY", default="")
WOMPI_EVENTS_SECRET = env.str("WOMPI_EVENTS_SECRET", default="")
# Earlier ones, whose events are believed while they are exchanged.
WOMPI_EVENTS_SECRET_FALLBACKS = env.list("WOMPI_EVENTS_SECRET_FALLBACKS", default=[])
WOMPI_INTEGRITY_SECRET = env.str("WOMPI_INTEGRITY_SECRET", default="")
# Another one than Wompi itself: a stand-in, for demo and tests only.
WOMPI_API_URL = env.str("WOMPI_API_URL", default="")
WOMPI_CHECKOUT_URL = env.str("WOMPI_CHECKOUT_URL", default="")
PGBOUNCER = env.bool("PGBOUNCER", default=False)

DEBUG = env.bool("DEBUG", default=False)
SECURE = not (DEMO or TESTING)

# -- Database: PostgreSQL, embedded unless the environment names one ------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
EMBEDDED_DATABASE = not DATABASE_URL
if EMBEDDED_DATABASE:
    cluster = (
        Cluster.for_project(BASE_DIR, name="pg-test", options=FAST)
        if TESTING
        else Cluster.for_project(BASE_DIR)
    )
    DATABASE_URL = cluster.start().ensure_db("spa")
DATABASES = {
    "default": {
        **env.db_url_config(DATABASE_URL),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": PGBOUNCER,
        "TEST": {"NAME": env.str("SPA_TEST_DATABASE", default="test_spa")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# How long a locked service waits for somebody else's lock before it answers SPA-BUSY.
LOCK_TIMEOUT = env.str("LOCK_TIMEOUT", default="5s")

# -- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # the widgets' own templates
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_q",
    "django_tables2",
    "lucide",
    "spa",
    "tasks",
    "frontdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "frontdesk.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "frontdesk.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "frontdesk.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "frontdesk.urls"
WSGI_APPLICATION = "frontdesk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontdesk.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "frontdesk.templatetags.icons",
                "frontdesk.templatetags.spa",
                "frontdesk.templatetags.looks",
                "frontdesk.templatetags.cards",
                "frontdesk.templatetags.schedule",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Who may come in ------------------------------------------------------------------------
AUTH_USER_MODEL = "spa.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "frontdesk.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Its own limits count per process; ours, in the database, come with the lock-out.
ACCOUNT_RATE_LIMITS = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["frontdesk.accounts.Argon2id", "django.contrib.auth.hashers.Argon2PasswordHasher"]
)
PASSWORD_RESET_TIMEOUT = 3600
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": _VALIDATION + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {"NAME": _VALIDATION + "NumericPasswordValidator"},
    {"NAME": "frontdesk.accounts.PlaceWordsValidator"},
]

# -- Sessions, cookies, headers -------------------------------------------------------------
_COOKIE = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = _COOKIE + "spa"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 43200
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = _COOKIE + "csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "frontdesk.views.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = _COOKIE + "lang"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^webhooks/", r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
# Preloading is hard to take back: the owner of the domain decides.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
_SELF, _NONE = ["'self'"], ["'none'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": _SELF,
        "script-src": _SELF,
        "style-src": _SELF,
        "img-src": _SELF,
        "font-src": _SELF,
        "connect-src": _SELF,
        "manifest-src": _SELF,
        "media-src": _NONE,
        "object-src": _NONE,
        "frame-src": _NONE,
        "worker-src": _NONE,
        "base-uri": _NONE,
        "form-action": _SELF,
        "frame-ancestors": _NONE,
        "upgrade-insecure-requests": SECURE,
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 262144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = 0

# -- Languages and time ---------------------------------------------------------------------
LANGUAGE_CODE = "es-co"
LANGUAGES = [("es-co", "Español (Colombia)"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
# The zone in which jobs are scheduled; a spa's day is computed in its location's zone.
TIME_ZONE = "America/Bogota"
FIRST_DAY_OF_WEEK = 1

# -- Static files ---------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "frontdesk.static.HashedStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = TESTING or DEBUG

# -- Caches, mail, jobs ---------------------------------------------------------------------
# Memory of one process only: nothing that must be shared may rest in it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "local"},
}
globals().update(EMAIL_CONFIG)
EMAIL_FILE_PATH = BASE_DIR / "var" / "outbox"
EMAIL_TIMEOUT = 10
# What an undoable action causes is told when it can no longer be undone.
UNDO_SECONDS = 60
Q_CLUSTER = {
    "name": "spa",
    "orm": "default",
    "cache": "local",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 120,
    "max_attempts": 5,
    "ack_failures": False,
    "catch_up": False,
    "save_limit": 200,
    "poll": 0.5,
    "recycle": 500,
    "guard_cycle": 0.5,
    "label": "Tasks",
}

# -- Logging: names of routes, never of people ----------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "frontdesk.logs.Line",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # It logs the path of every 4xx, and paths of links are secrets.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "django_q": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
