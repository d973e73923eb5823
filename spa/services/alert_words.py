"""An alert in words: what happened, with its figures, and what to do. For mails and screens alike.

Written in the language that is active. Figures come from `facts`, codes from the subject; nothing
here knows a client.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from spa import money
from spa.models import Alert, AlertKind, GatewayKey
from spa.services.alerts import PAID_ALREADY
from spa.wompi.checkout import CURRENCY

K = AlertKind

HAPPENED: dict[str, str | Promise] = {
    "amount": gettext_lazy(
        "Transaction %(subject)s brought %(amount)s, and that is not what was asked for."
    ),
    "currency": gettext_lazy(
        "Transaction %(subject)s brought %(amount)s: another currency, which is not in the books."
    ),
    "reference": gettext_lazy(
        "Transaction %(subject)s brought %(amount)s for a payment that is none of ours."
    ),
    "event": gettext_lazy(
        "Wompi announced %(amount)s in transaction %(subject)s, and that is not what was asked for."
    ),
    K.UNKNOWN_TRANSACTION: gettext_lazy(
        "An event announced transaction %(subject)s, and Wompi says that it does not exist."
        " Nothing was posted."
    ),
    K.EVENT_DIFFERS: gettext_lazy(
        "An event said something else about transaction %(subject)s than Wompi itself says."
        " What Wompi says counts."
    ),
    K.LATE_MONEY: gettext_lazy(
        "%(amount)s came for visit %(subject)s when it could not take the money any more."
        " It is the client’s credit now (payment %(payment)s), and she is told."
    ),
    PAID_ALREADY: gettext_lazy(
        "%(amount)s came for visit %(subject)s, which was paid already."
        " It is the client’s credit now (payment %(payment)s), and she is told."
    ),
    K.TAKEN_BACK: gettext_lazy(
        "Wompi took payment %(payment)s back: %(amount)s of visit %(appointment)s."
    ),
    K.GATEWAY_DOWN: gettext_lazy(
        "For %(minutes)s minutes Wompi has not answered. Links still open its checkout; what is"
        " paid there counts as soon as Wompi answers again."
    ),
    K.GATEWAY_SLOW: gettext_lazy(
        "Wompi takes %(seconds)s seconds to answer (%(calls)s calls in the last five minutes)."
    ),
    K.GATEWAY_KEYS: gettext_lazy(
        "Wompi answers our %(key)s key with %(status)s: it does not know it any more."
    ),
}
TO_DO: dict[str, str | Promise] = {
    K.AMOUNT_MISMATCH: gettext_lazy(
        "Decide in the front desk where it belongs: pay a visit with it, give it as credit, or"
        " give it back at Wompi and note that."
    ),
    "event": gettext_lazy(
        "Nothing was posted for it. Compare the transaction with Wompi’s own page."
    ),
    K.UNKNOWN_TRANSACTION: gettext_lazy(
        "If this comes more than once, somebody may know the secret of the events: exchange it at"
        " Wompi."
    ),
    K.EVENT_DIFFERS: gettext_lazy(
        "If this comes more than once, somebody may know the secret of the events: exchange it at"
        " Wompi."
    ),
    K.LATE_MONEY: gettext_lazy("Call the client and find another time with her."),
    PAID_ALREADY: gettext_lazy("Ask her whether she wants it as credit or given back."),
    K.TAKEN_BACK: gettext_lazy("Ask the client how she wants to pay. A visit ahead stands."),
    K.GATEWAY_DOWN: gettext_lazy(
        "Nothing is lost: holds are kept for longer meanwhile. Charge at the desk what"
        " is urgent, and see whether comercios.wompi.co opens. You are not told again before it has"
        " recovered."
    ),
    K.GATEWAY_SLOW: gettext_lazy(
        "Nothing is to be done now. If it lasts, see whether comercios.wompi.co is slow too."
    ),
    K.GATEWAY_KEYS: gettext_lazy(
        "Until it is put right no payment by link can be confirmed. Look at the keys under"
        " Developers in Wompi’s own page, and have whoever runs this installation exchange them."
    ),
}
KEYS = {
    GatewayKey.PUBLIC: pgettext_lazy("key of the gateway", "public"),
    GatewayKey.PRIVATE: pgettext_lazy("key of the gateway", "private"),
}


def happened(alert: Alert) -> str:
    """Return what happened, in one or two sentences."""
    words = HAPPENED.get(alert.facts.get("reason"), HAPPENED.get(alert.kind))
    if words is None:
        return f"{alert.get_kind_display()}: {alert.subject}"
    said = str(words) % _figures(alert)
    if lost := alert.facts.get("lost_cents"):
        said += " " + _("%(amount)s of it had been spent already: that is a loss of the house.") % {
            "amount": money.pesos(lost)
        }
    return said


def to_do(alert: Alert) -> str:
    """Return what a manager can do about it."""
    return str(TO_DO.get(alert.facts.get("reason"), TO_DO.get(alert.kind, "")))


def _figures(alert: Alert) -> dict[str, object]:
    """Return all that a sentence may name; of a fact that is missing a dash."""
    facts = alert.facts
    names = ("payment", "appointment", "minutes", "seconds", "calls", "status")
    return {
        **{name: facts.get(name, "–") for name in names},
        "key": KEYS.get(facts.get("key"), "–"),
        "subject": alert.subject,
        "amount": _amount(facts),
    }


def _amount(facts: dict) -> str:
    cents, currency = facts.get("cents"), facts.get("currency", CURRENCY)
    if cents is None:
        return "–"
    if currency == CURRENCY and cents % money.CENTS == 0:
        return money.pesos(cents)
    return money.exact(cents, currency)
