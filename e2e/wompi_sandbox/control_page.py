"""The page for people at `/_control/`: everything that the control addresses can do, as forms."""

import json
from html import escape

from e2e.wompi_sandbox.catalogue import CATALOGUE
from e2e.wompi_sandbox.gateway import Gateway
from e2e.wompi_sandbox.transactions import MOVES

LATEST = 50
STYLE = """
:root { color-scheme: light dark }
a { color: #0b57d0 }
@media (prefers-color-scheme: dark) {
  body { background: #121212; color: #eee } a { color: #a8c7fa }
}
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem }
section { margin-bottom: 2rem } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid; padding: .25rem .5rem; text-align: left; vertical-align: top }
label { display: inline-block; margin: 0 1rem .5rem 0 }
input, select, button { font: inherit; min-height: 2rem } select { max-width: 100% }
td form { display: inline } td { overflow-wrap: anywhere }
"""
SECTIONS = {
    "faults": "Faults",
    "clock": "Clock",
    "transactions": "Transactions",
    "events": "Events",
    "settings": "Settings",
    "log": "Log",
}


def page(gateway: Gateway) -> str:
    parts = {
        "faults": _faults(gateway),
        "clock": _clock(gateway),
        "transactions": _transactions(gateway),
        "events": _events(gateway),
        "settings": _settings(gateway),
        "log": _log(gateway),
    }
    body = "".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{SECTIONS[name]}</h2>{part}</section>'
        for name, part in parts.items()
    )
    links = " · ".join(f'<a href="#{name}">{title}</a>' for name, title in SECTIONS.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>Wompi sandbox</title><style>{STYLE}</style></head>
<body><main><h1>Wompi sandbox</h1><nav aria-label="On this page">{links}</nav>
{body}</main></body></html>"""


def _faults(gateway: Gateway) -> str:
    choices = "".join(
        f'<option value="{name}">{name}: {escape(fault.text)}{_options(fault.options)}</option>'
        for name, fault in CATALOGUE.items()
    )
    names = sorted({name for fault in CATALOGUE.values() for name in fault.options})
    boxes = "".join(_box(name) for name in ("reference", "endpoint", "only_status", *names))
    rows = [
        [
            str(one["number"]),
            one["fault"],
            "until it is off" if one["times"] is None else f"{one['times']} more",
            f"{one['reference']} / {one['endpoint']} / {one['only_status']}",
            json.dumps(one["options"]),
            _button("faults/clear", "Switch off", number=one["number"]),
        ]
        for one in gateway.faults.as_json()
    ]
    heads = ["No.", "Fault", "Strikes", "Reference / endpoint / status", "Options", ""]
    return f"""{_table("Faults that are on", heads, rows)}
<form method="post" action="/_control/faults">
<p><label for="fault">Fault</label> <select name="fault" id="fault">{choices}</select></p>
{_box("times", "Times (empty: until it is off)", value="1")}{boxes}
<p><button id="switch-on">Switch on</button></p></form>
{_button("faults/clear", "Switch all off")} {_button("reset", "Reset everything")}"""


def _options(options: dict) -> str:
    told = ", ".join(f"{name} = {value}" for name, value in options.items())
    return escape(f" ({told})") if told else ""


def _clock(gateway: Gateway) -> str:
    return f"""<p>It is <time>{gateway.clock.now():%Y-%m-%d %H:%M:%S}</time> UTC here.</p>
<form method="post" action="/_control/advance">{_box("seconds", "Seconds", value="1800")}
<button>Put the clock forward</button></form>"""


def _transactions(gateway: Gateway) -> str:
    rows = [
        [
            one.id,
            escape(one.reference),
            one.method,
            f"{one.amount_in_cents} {escape(one.currency)}",
            one.status,
            " ".join(
                _button("transactions/settle", status, id=one.id, status=status)
                for status in sorted(MOVES.get(one.status, ()))
            ),
        ]
        for one in gateway.all()[: -LATEST - 1 : -1]
    ]
    return _table(
        "Latest transactions", ["Id", "Reference", "Method", "Cents", "Status", "Becomes"], rows
    )


def _events(gateway: Gateway) -> str:
    rows = [
        [
            str(one["number"]),
            one["transaction_id"],
            escape(one["reference"]),
            one["status"],
            ", ".join(one["faults"]),
            "held" if one["held"] else "",
            "<br>".join(f"{made['what']}: {made['answer']}" for made in one["attempts"]),
            _button("events/send", "Send", number=one["number"]),
        ]
        for one in (event.as_json() for event in gateway.post.all()[: -LATEST - 1 : -1])
    ]
    heads = ["No.", "Transaction", "Reference", "Status", "Faults", "Held", "Answers", ""]
    return _table("Latest events", heads, rows)


def _settings(gateway: Gateway) -> str:
    boxes = "".join(
        _box(name, value=str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in vars(gateway.settings).items()
    )
    return f"""<form method="post" action="/_control/settings">{boxes}
<p><button>Change</button></p></form>"""


def _log(gateway: Gateway) -> str:
    rows = []
    for line in gateway.log.read()[: -LATEST - 1 : -1]:
        facts = {name: line[name] for name in line if name not in {"number", "at", "kind"}}
        told = escape(json.dumps(facts, ensure_ascii=False))
        rows.append([str(line["number"]), line["at"], line["kind"], told])
    whole = '<p><a href="/_control/log">The whole log</a></p>'
    return _table("Latest lines", ["No.", "At", "Kind", "What"], rows) + whole


def _table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    """Cells are HTML: whoever calls has escaped what came from outside."""
    head = "".join(f'<th scope="col">{one}</th>' if one else "<td></td>" for one in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in rows)
    empty = "" if rows else f'<tr><td colspan="{len(heads)}">None.</td></tr>'
    return f"""<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table>
<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{lines}{empty}</tbody></table></div>"""


def _box(name: str, label: str = "", value: str = "") -> str:
    shown = escape(value)
    return f'<label>{label or name} <input name="{name}" value="{shown}"></label> '


def _button(lever: str, word: str, **facts: object) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(fact))}">'
        for name, fact in facts.items()
    )
    return f'<form method="post" action="/_control/{lever}">{hidden}<button>{word}</button></form>'
