"""Money at the desk: charging a visit, its receipt, and the payments of a day."""

from frontdesk.views.payments.charge import charge, sums
from frontdesk.views.payments.export import export
from frontdesk.views.payments.links import payment_links
from frontdesk.views.payments.list import payment_list
from frontdesk.views.payments.payment import give_back, payment, take_back
from frontdesk.views.payments.receipt import receipt
from frontdesk.views.payments.receipt import send as send_receipt

__all__ = [
    "charge",
    "export",
    "give_back",
    "payment",
    "payment_links",
    "payment_list",
    "receipt",
    "send_receipt",
    "sums",
    "take_back",
]
