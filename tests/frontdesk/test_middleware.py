from urllib.parse import quote

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from psycopg import errors as postgres

from spa.models import User

PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
POLICY = {
    *(f"{kind}-src 'self'" for kind in ("default", "script", "style", "img", "font", "connect")),
    *(f"{kind}-src 'none'" for kind in ("media", "object", "frame", "worker")),
    *("manifest-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"),
}
MARKER = "Marker Marker"


def fails(error: Exception, cause: Exception | None = None):
    @login_not_required
    def view(_request: HttpRequest) -> HttpResponse:
        raise error from cause

    return view


def desk(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("desk")


@login_not_required
def database_work(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(User.objects.count())


@login_not_required
def log_in(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("who are you?")


AWAY = postgres.OperationalError(f"server closed the connection {MARKER}")
urlpatterns = [
    path("login/", log_in, name="account_login"),
    path("", desk, name="today"),
    path("work/", database_work),
    path("bad/", fails(BadRequest(MARKER))),
    path("forbidden/", fails(PermissionDenied(MARKER))),
    path("broken/", fails(ValueError(MARKER))),
    path("away/", fails(OperationalError(MARKER), AWAY)),
    path("locked/", fails(OperationalError(MARKER), postgres.LockNotAvailable())),
]
handler400 = "frontdesk.views.errors.bad_request"
handler403 = "frontdesk.views.errors.forbidden"
handler404 = "frontdesk.views.errors.not_found"
handler500 = "frontdesk.views.errors.server_error"

pytestmark = [pytest.mark.urls(__name__)]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor():
    """Somebody without a log-in, who sees answers, not exceptions."""
    return Client(raise_request_exception=False)


ERRORS = [
    ("/bad/", 400),
    ("/forbidden/", 403),
    ("/nowhere/", 404),
    ("/broken/", 500),
    ("/locked/", 500),
    ("/away/", 503),
]


@pytest.mark.parametrize(("url", "status"), [("/login/", 200), *ERRORS])
def test_every_answer_has_the_headers(visitor, url, status):
    response = visitor.get(url)

    assert response.status_code == status
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert response["Permissions-Policy"] == PERMISSIONS
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "no-store"
    assert {"Cookie", "HX-Request"} <= set(response["Vary"].split(", "))
    assert "Access-Control-Allow-Origin" not in response


def test_static_files_may_be_kept(client):
    response = client.get("/static/django_htmx/django-htmx.js")

    assert response.status_code == 200
    assert "no-store" not in response["Cache-Control"]
    assert "Cookie" not in response.get("Vary", "")
    assert "Access-Control-Allow-Origin" not in response
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


# Neither test below has the `db` fixture: a query for a page would raise.
@pytest.mark.parametrize(("url", "status"), ERRORS)
def test_pages_for_errors_are_ours_and_tell_nothing(visitor, url, status):
    page = visitor.get(url).content.decode()

    assert f"{status}" in page
    assert "error-page" in page
    assert MARKER not in page


@pytest.mark.parametrize(("url", "status"), ERRORS)
def test_htmx_gets_every_error_as_a_notice_and_keeps_its_page(visitor, url, status):
    response = visitor.get(url, headers=HTMX)
    notice = response.content.decode()

    assert response.status_code == status
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#toasts", "innerHTML")
    assert 'class="toast" role="alert"' in notice
    assert "<html" not in notice
    assert MARKER not in notice


def test_a_database_that_is_away_asks_to_come_back_soon(visitor):
    response = visitor.get("/away/")

    assert response["Retry-After"] == "5"


@pytest.mark.django_db(transaction=True)
def test_a_session_that_the_database_ended_costs_one_request(visitor):
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        mine = cursor.fetchone()[0]
    kill_backend(mine)

    first = visitor.get("/work/")
    # Django does this at the start of every request; its test client does not.
    connection.close_if_unusable_or_obsolete()
    second = visitor.get("/work/")

    assert (first.status_code, second.status_code) == (503, 200)


def kill_backend(pid: int) -> None:
    """End somebody's session from another one."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s, 5000)", [pid])
    other.close()


# -- Who may come in --------------------------------------------------------------------------
def test_a_stranger_is_sent_to_the_log_in(client):
    response = client.get("/?day=1")

    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={quote('/?day=1')}"


@pytest.mark.parametrize(
    ("current", "back"),
    [
        ("http://testserver/calendar/?day=1", "/calendar/?day=1"),
        ("http://evil.example/calendar/", "/"),
        ("", "/"),
    ],
)
def test_htmx_is_told_to_go_to_the_log_in_and_back_to_its_page(client, current, back):
    response = client.get("/", headers=HTMX | {"HX-Current-URL": current})

    assert response.status_code == 401
    assert response["HX-Redirect"] == f"/login/?next={quote(back)}"
    assert response.content == b""


@pytest.mark.django_db
def test_somebody_logged_in_comes_in(client):
    client.force_login(User.objects.create_user("ana@example.com", name="Ana"))

    assert client.get("/").content == b"desk"


def test_a_form_without_its_token_is_refused_with_our_page():
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/login/")

    assert response.status_code == 403
    assert b"error-page" in response.content


def test_htmx_is_told_to_load_its_page_again_when_its_token_is_of_an_earlier_log_in():
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/login/", headers=HTMX)

    assert (response.status_code, response["HX-Retarget"]) == (403, "#toasts")
    assert b'href=""' in response.content


@override_settings(SECURE_SSL_REDIRECT=True)
def test_health_is_asked_without_tls(client):
    assert client.get("/healthz").status_code == 404  # not a redirect; not in these urls
    assert client.get("/login/").status_code == 301
