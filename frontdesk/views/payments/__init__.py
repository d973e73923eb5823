"""Money: charging a visit, its receipt, the payments of a day; what came through Wompi."""

from frontdesk.views.payments.alerts import alert_list, close_alert
from frontdesk.views.payments.annul import annul
from frontdesk.views.payments.charge import charge, sums
from frontdesk.views.payments.export import export
from frontdesk.views.payments.links import payment_links
from frontdesk.views.payments.list import payment_list
from frontdesk.views.payments.payment import give_back, payment, take_back
from frontdesk.views.payments.receipt import receipt
from frontdesk.views.payments.receipt import send as send_receipt
from frontdesk.views.payments.resolve import (
    unapplied_apply,
    unapplied_clients,
    unapplied_credit,
    unapplied_one,
    unapplied_refund,
)
from frontdesk.views.payments.unapplied import unapplied

__all__ = [
    "alert_list",
    "annul",
    "charge",
    "close_alert",
    "export",
    "give_back",
    "payment",
    "payment_links",
    "payment_list",
    "receipt",
    "send_receipt",
    "sums",
    "take_back",
    "unapplied",
    "unapplied_apply",
    "unapplied_clients",
    "unapplied_credit",
    "unapplied_one",
    "unapplied_refund",
]
