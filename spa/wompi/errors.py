"""How a call to the gateway fails (rule book §6.8, §13). None of them quotes what Wompi wrote."""

from django.utils.translation import gettext_lazy as _

from spa.errors import BusinessLogicError


class GatewayError(BusinessLogicError):
    """Wompi could not be asked. Except for `GatewayUnavailable` it may still have done it."""

    http_status = 503
    retry_after_seconds = 60


class GatewayTimeout(GatewayError):
    """No connection, or no whole answer, within the time that we wait."""

    internal_code = "SPA-PAYMENT-TIMEOUT"
    default_detail = _(
        "Wompi does not answer. Nothing is lost: look at the payment again in a minute."
    )


class GatewayFailed(GatewayError):
    """The connection broke, or what came is no answer: a 5xx, a redirect, no JSON of ours."""

    internal_code = "SPA-PAYMENT-ERROR"
    default_detail = _("Wompi has a fault. Nothing is lost: look at the payment again in a minute.")


class GatewayRefused(GatewayFailed):
    """Wompi works and says no (a 4xx): `facts["status"]`, and `facts["kind"]` where it names one.

    A 401 or 403 is a wrong key, and somebody has to exchange it.
    """

    default_detail = _("Wompi did not accept this. Look at the payment in Wompi’s own page.")


class GatewayUnavailable(GatewayError):
    """The breaker is open: nothing was sent."""

    internal_code = "SPA-PAYMENT-UNAVAILABLE"
    default_detail = _(
        "Wompi has been failing, so it is not asked for a moment. Try again in a minute."
    )


class InsideTransaction(RuntimeError):
    """A fault of ours: locks would be held, and the breaker's count undone, by a slow gateway."""
