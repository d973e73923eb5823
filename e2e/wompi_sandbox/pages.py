"""The hosted pages, in the gateway's language. No script: forms only, with ids that stay."""

from datetime import datetime, timedelta, timezone
from html import escape

from e2e.wompi_sandbox.gateway import Order
from e2e.wompi_sandbox.merchant import Merchant
from e2e.wompi_sandbox.transactions import APPROVED, DECLINED, ERROR, METHODS, PENDING, Transaction

BOGOTA = timezone(timedelta(hours=-5))
OUTCOMES = {
    APPROVED: ("pay-approve", "Aprobar"),
    DECLINED: ("pay-decline", "Rechazar"),
    ERROR: ("pay-error", "Error"),
    PENDING: ("pay-pending", "Dejar pendiente"),
    "CLOSED": ("pay-close", "Cerrar sin pagar"),
}
WORDS = {
    APPROVED: "Pago aprobado",
    DECLINED: "Pago rechazado",
    ERROR: "Error en el pago",
    PENDING: "Pago pendiente",
}
STYLE = """
:root { color-scheme: light dark }
a { color: #0b57d0 }
@media (prefers-color-scheme: dark) {
  body { background: #121212; color: #eee } a { color: #a8c7fa }
}
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 0 auto; padding: 1rem }
.note { border: 1px solid; padding: .5rem .75rem }
.amount { font-size: 1.75rem; font-weight: 600; margin: 0 }
dt { font-weight: 600 } dd { margin: 0 0 .5rem }
fieldset { margin: 1rem 0; padding: .5rem .75rem } label { display: block; padding: .5rem 0 }
button, .button { font: inherit; display: block; width: 100%; min-height: 2.75rem;
  margin: .5rem 0; box-sizing: border-box; padding: .5rem; text-align: center }
"""


def layout(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="es"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body><main><p class="note">Simulador local de Wompi: aquí no se paga de verdad.</p>
<h1>{escape(title)}</h1>
{body}</main></body></html>"""


def payment(
    merchant: Merchant,
    order: Order,
    *,
    query: str,
    ends_at: datetime | None,
    second_try_of: str = "",
) -> str:
    """Show what is to be paid, with a button for each outcome."""
    methods = "".join(
        f'<label><input type="radio" name="method" value="{one}" id="method-{one.lower()}"'
        f"{' checked' if one == 'CARD' else ''}> {name}</label>"
        for one, name in METHODS.items()
    )
    buttons = "".join(
        f'<button name="outcome" value="{outcome}" id="{one}">{word}</button>'
        for outcome, (one, word) in OUTCOMES.items()
    )
    until = ""
    if ends_at:
        local = ends_at.astimezone(BOGOTA)
        until = (
            f'<dt>Puedes comenzar el pago hasta</dt><dd><time id="pay-until" datetime='
            f'"{ends_at.isoformat()}">{local:%d/%m/%Y %H:%M:%S}</time> (hora de Colombia)</dd>'
        )
    return layout(
        f"Pagar a {merchant.name}",
        f"""<p class="amount" id="pay-amount">{pesos(order.amount_in_cents)} {order.currency}</p>
<dl><dt>Referencia</dt><dd id="pay-reference">{escape(order.reference)}</dd>{until}</dl>
<form method="post" action="/p/?{escape(query)}">
<input type="hidden" name="second_try_of" value="{escape(second_try_of)}">
<fieldset><legend>Medio de pago</legend>{methods}</fieldset>{buttons}</form>""",
    )


def failed(merchant: Merchant, transaction: Transaction, *, query: str, back: str | None) -> str:
    """Tell of a failure, and offer another try with the same reference."""
    leave = f'<a class="button" id="pay-back" href="{escape(back)}">Volver al comercio</a>'
    return layout(
        WORDS[transaction.status],
        f"""{_facts(merchant, transaction)}
<form method="post" action="/p/?{escape(query)}">
<input type="hidden" name="second_try_of" value="{transaction.id}">
<button name="outcome" value="AGAIN" id="pay-again">Intentar de nuevo</button></form>
{leave if back else ""}""",
    )


def result(merchant: Merchant, transaction: Transaction) -> str:
    return layout(WORDS[transaction.status], _facts(merchant, transaction))


def closed(merchant: Merchant) -> str:
    return layout("Cerraste sin pagar", f"<p>{escape(merchant.name)} no recibió ningún pago.</p>")


def problems(found: list[tuple[str, str]]) -> str:
    lines = "".join(
        f'<li data-field="{escape(name)}"><strong>{escape(name)}</strong>: {escape(text)}</li>'
        for name, text in found
    )
    return layout("No se puede pagar", f'<ul id="pay-problems">{lines}</ul>')


def _facts(merchant: Merchant, transaction: Transaction) -> str:
    message = transaction.as_json()["status_message"]
    told = f"<p>{escape(message)}</p>" if message else ""
    return f"""{told}<dl><dt>Comercio</dt><dd>{escape(merchant.name)}</dd>
<dt>Valor</dt><dd>{pesos(transaction.amount_in_cents)} {escape(transaction.currency)}</dd>
<dt>Transacción</dt><dd id="pay-id">{transaction.id}</dd></dl>"""


def pesos(cents: int) -> str:
    return "$ " + f"{cents // 100:,}".replace(",", ".")
