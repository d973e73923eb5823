"""How a refusal becomes an answer, where no screen has a form to give back."""

import pytest
from django.test import RequestFactory

from frontdesk import refusals
from spa.errors import Stale
from spa.wompi.errors import GatewayFailed, GatewayTimeout, GatewayUnavailable


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
