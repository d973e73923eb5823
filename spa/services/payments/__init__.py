"""Money of clients: charging a visit, and giving money back (rule book §6)."""

from spa.services.payments.bill import Bill, Tender
from spa.services.payments.charge import Charged, charge
from spa.services.payments.reading import DaySums, of_day, sums
from spa.services.payments.refund import charge_back, refund
from spa.services.payments.together import charge_together, due_of
from spa.services.payments.void import void

__all__ = [
    "Bill",
    "Charged",
    "DaySums",
    "Tender",
    "charge",
    "charge_back",
    "charge_together",
    "due_of",
    "of_day",
    "refund",
    "sums",
    "void",
]
