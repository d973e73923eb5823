"""How a refusal becomes an answer, where no screen has a form to give back."""

import re

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from frontdesk import address, refusals
from spa.errors import Stale
from spa.models import RateCounter
from spa.services import limits
from spa.services.limits import HOUR, MINUTE, Limit, RateLimited
from spa.wompi.errors import GatewayFailed, GatewayTimeout, GatewayUnavailable
from tests.factories import NOW, make_location
from tests.frontdesk.people import worker

IP, TOKEN = "203.0.113.77", "MarkerTokenMarkerToken"
TWICE = Limit("test", 2, 10 * MINUTE)


@login_not_required
def link(request: HttpRequest, token: str) -> HttpResponse:
    limits.count(TWICE, address.counted(request), now=NOW)
    raise Stale


def desk(_request: HttpRequest) -> HttpResponse:
    raise RateLimited(TWICE, seconds=30)


urlpatterns = [
    path("link/<token>/", link, name="link"),
    path("desk/", desk),
    path("", include("frontdesk.urls")),
]
handler404 = "frontdesk.views.errors.not_found"


@pytest.fixture
def answer():
    """Return a way to answer HTMX with a refusal."""

    def give(refusal):
        request = RequestFactory().get("/", headers={"HX-Request": "true"})
        return refusals.answer(request, refusal)

    return give


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (GatewayTimeout(), "SPA-PAYMENT-TIMEOUT"),
        (GatewayFailed(), "SPA-PAYMENT-ERROR"),
        (GatewayUnavailable(), "SPA-PAYMENT-UNAVAILABLE"),
    ],
)
@pytest.mark.django_db
def test_who_may_come_again_is_told_when(answer, refusal, code):
    response = answer(refusal)

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert f'data-code="{code}"' in response.content.decode()


@pytest.mark.django_db
def test_what_time_does_not_cure_names_no_time(answer):
    response = answer(Stale())

    assert response.status_code == 409
    assert "Retry-After" not in response


# -- To strangers -------------------------------------------------------------------------------


@pytest.fixture
def stranger(client, settings):
    """Return a way to open a link from one IP behind one proxy, whatever else the header says."""
    settings.ROOT_URLCONF = __name__
    settings.TRUSTED_PROXIES = 1

    def open_link(forged: str = "", **headers):
        headers["X-Forwarded-For"] = f"{forged}, {IP}"
        return client.get(f"/link/{TOKEN}/", headers=headers)

    return open_link


def words(response) -> str:
    return re.sub(r"<[^>]+>", "", response.content.decode())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "heading", "text"),
    [
        ("es", "Ahora no", "Se intentó demasiadas veces. Vuelve a intentarlo en 10 minutos."),
        ("en", "Not right now", "This was tried too often. Try again in 10 minutes."),
    ],
)
def test_who_tries_too_often_gets_a_page_that_says_when_to_try_again(
    stranger, language, heading, text
):
    for _ in range(2):
        assert stranger().status_code == 409

    response = stranger(**{"Accept-Language": language})

    assert (response.status_code, response["Retry-After"]) == (429, "600")
    assert heading in words(response)
    assert text in words(response)
    assert "SPA-RATE-LIMIT" in words(response)


@pytest.mark.django_db(transaction=True)
def test_what_was_counted_stays_counted_although_the_view_refused(stranger):
    stranger()

    assert RateCounter.objects.get().count == 1


@pytest.mark.django_db
def test_another_forged_address_each_time_is_of_no_use(stranger):
    answers = [stranger(forged=f"198.51.100.{number}").status_code for number in range(5)]

    assert answers == [409, 409, 429, 429, 429]


@pytest.mark.django_db
def test_a_stranger_is_shown_no_way_into_the_desk_and_leaves_no_session(stranger, client):
    for _ in range(3):
        response = stranger()
        page = response.content.decode()
        assert "<a " not in page
        assert TOKEN not in page
        assert IP not in page

    assert not client.cookies


@pytest.mark.django_db
def test_the_page_asks_the_database_for_nothing(stranger, django_assert_num_queries):
    for _ in range(3):
        stranger()

    with django_assert_num_queries(3):  # the count, between begin and commit
        stranger()


@pytest.mark.django_db
def test_the_page_is_the_same_for_who_is_logged_in(stranger, client):
    client.force_login(worker("receptionist", make_location()))
    for _ in range(3):
        response = stranger()

    assert response.status_code == 429
    assert "<a " not in response.content.decode()


@pytest.mark.django_db
def test_at_the_desk_it_is_a_page_of_the_desk(client, settings):
    settings.ROOT_URLCONF = __name__
    client.force_login(worker("receptionist", make_location()))

    response = client.get("/desk/")

    assert (response.status_code, response["Retry-After"]) == (429, "30")
    assert 'data-code="SPA-RATE-LIMIT"' in response.content.decode()
    assert 'id="main"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "en 1 segundo."),
        (59, "en 59 segundos."),
        (60, "en 1 minuto."),
        (61, "en 2 minutos."),
        (1800, "en 30 minutos."),
        (3600, "en 60 minutos."),
        (5401, "en 2 horas."),
        (86400, "en 24 horas."),
    ],
)
def test_the_wait_is_told_as_people_count_it_and_never_too_short(answer, seconds, told):
    response = answer(RateLimited(Limit("test", 1, HOUR), seconds=seconds))

    assert response["Retry-After"] == str(seconds)
    assert told in words(response)
