"""Money of clients: charging a visit, and giving money back (rule book §6)."""

from spa.services.payments.charge import Charged, Tender, charge
from spa.services.payments.reading import DaySums, of_day, sums
from spa.services.payments.refund import charge_back, refund
from spa.services.payments.void import void

__all__ = [
    "Charged",
    "DaySums",
    "Tender",
    "charge",
    "charge_back",
    "of_day",
    "refund",
    "sums",
    "void",
]
