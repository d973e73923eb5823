"""The public code of a visit in an address, as `spa_next_code` makes them."""

import re

CODE = r"[A-Z]{2}-[0-9]{1,12}"


def is_code(text: str) -> bool:
    return re.fullmatch(CODE, text) is not None
