"""One transaction, and how it looks from outside."""

from dataclasses import dataclass, field
from datetime import datetime

PENDING, APPROVED, DECLINED, ERROR, VOIDED = (
    "PENDING",
    "APPROVED",
    "DECLINED",
    "ERROR",
    "VOIDED",
)
FAILED = {DECLINED, ERROR}
MOVES = {PENDING: {APPROVED, DECLINED, ERROR, VOIDED}, APPROVED: {VOIDED}}
METHODS = {"CARD": "Tarjeta", "NEQUI": "Nequi", "PSE": "PSE"}
MESSAGES = {
    ("CARD", DECLINED): "La transacción fue rechazada (Sandbox)",
    ("CARD", ERROR): "La tarjeta usada no es admitida para el ambiente Sandbox",
    ("NEQUI", ERROR): "Número no válido en Sandbox",
    ("PSE", DECLINED): "Transacción RECHAZADA en Sandbox",
    ("PSE", ERROR): "Transacción con ERROR en Sandbox",
}
CARD_CODES = {APPROVED: "00", VOIDED: "00", DECLINED: "12"}


@dataclass
class Transaction:
    id: str
    reference: str
    amount_in_cents: int
    currency: str
    method: str
    created_at: datetime
    redirect_url: str | None = None
    customer: dict = field(default_factory=dict)
    taxes: list = field(default_factory=list)
    status: str = PENDING
    finalized_at: datetime | None = None
    is_being_voided: bool = False

    def as_json(self) -> dict:
        """As it is read by its id, but for the merchant, and as an event carries it."""
        return {
            "id": self.id,
            "created_at": stamp(self.created_at),
            "finalized_at": stamp(self.finalized_at),
            "amount_in_cents": self.amount_in_cents,
            "reference": self.reference,
            "customer_email": self.customer.get("email", "pagador@example.test"),
            "currency": self.currency,
            "payment_method_type": self.method,
            "payment_method": self._payment_method(),
            "status": self.status,
            "status_message": MESSAGES.get((self.method, self.status)),
            "shipping_address": None,
            "redirect_url": self.redirect_url,
            "payment_source_id": None,
            "payment_link_id": None,
            "customer_data": {
                "full_name": self.customer.get("full-name", "Persona de Prueba"),
                "phone_number": self.customer.get("phone-number", "+573000000000"),
            },
            "billing_data": None,
            "origin": None,
        }

    def _payment_method(self) -> dict:
        if self.method == "NEQUI":
            return {"type": "NEQUI", "phone_number": "3991111111", "extra": {}}
        if self.method == "PSE":
            bank = {APPROVED: "1", DECLINED: "2", ERROR: "3"}.get(self.status, "1")
            asked = {"user_type": 0, "financial_institution_code": bank}
            return {"type": "PSE", **asked, "extra": {}}
        card = {"bin": "424242", "name": "VISA-4242", "brand": "VISA", "last_four": "4242"}
        extra = {
            **card,
            "card_type": "CREDIT",
            "card_holder": "PERSONA DE PRUEBA",
            "is_three_ds": False,
            "three_ds_auth": None,
            "processor_response_code": CARD_CODES.get(self.status),
        }
        return {"type": "CARD", "extra": extra, "installments": 1}


def stamp(moment: datetime | None) -> str | None:
    """Write a moment as Wompi does: UTC, milliseconds, Z."""
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
