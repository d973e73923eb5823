"""What every job shares: it says in the log that it ran, how much it did, how long it took."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

log = logging.getLogger("tasks")
P = ParamSpec("P")


def job(function: Callable[P, int]) -> Callable[P, int]:
    """Log start, end and count of a job, and its failure; the error goes on to django-q2.

    A job returns how many things it changed. Only its name and numbers are logged: an
    exception's text may hold somebody's name.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> int:
        name = f"{function.__module__}.{function.__name__}"
        began = time.monotonic()
        log.debug("%s began", name)
        try:
            count = function(*args, **kwargs)
        except BaseException as error:  # a time-out in django-q2 is no Exception
            log.error("%s failed after %d ms: %s", name, _since(began), type(error).__name__)
            raise
        log.info("%s did %d in %d ms", name, count, _since(began))
        return count

    return wrapper


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
