"""What a browser sends of the forms that plan a week, and what it reads of them."""

import re
from uuid import uuid4

from tests.factories import TODAY


def typed(page, client, spans=((8, 20),), days=range(1, 8), **fields):
    """Return what a browser sends of a page's form with these hours on these days."""
    html = client.get(page).content.decode()
    version = re.search(r'name="version" value="(\w+)"', html)[1]
    rows = {}
    for day in range(1, 8):
        here = spans if day in days else ()
        rows[f"from-{day}"] = [f"{start}:00" for start, _end in here] or [""]
        rows[f"to-{day}"] = [f"{end}:00" for _start, end in here] or [""]
    return {
        "version": version,
        "request_id": str(uuid4()),
        "valid_from": TODAY.isoformat(),
        "do": "save",
        **rows,
        **fields,
    }


def confirming(answer):
    """Return what ticking the box under the visits sends."""
    return {"confirmed": re.search(r'name="confirmed" value="(\w+)"', answer.content.decode())[1]}


def inputs(page, name):
    return re.findall(rf'name="{name}" value="([^"]*)"', page)
