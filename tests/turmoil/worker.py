"""One desk: commands one after the other, and what came of each."""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from django.db import connection, connections

from spa.errors import BusinessLogicError
from tests.turmoil.chance import NothingThere
from tests.turmoil.commands import WEIGHTS, Hand
from tests.turmoil.house import Stage

SLOWEST = 0.01  # seconds
_line = Random()
DONE, NOTHING = "done", "nothing there"


@dataclass
class Tally:
    """How often what came of which command, and what must never have come."""

    outcomes: Counter[str] = field(default_factory=Counter)  # "move: SPA-SLOT-TAKEN" → times
    faults: list[str] = field(default_factory=list)
    # By the key of a block, the codes of the visits that it found inside it.
    blocks: dict[str, list[str]] = field(default_factory=dict)

    @property
    def commands(self) -> int:
        return self.outcomes.total()

    def times(self, outcome: str) -> int:
        """Return how often this came, of whatever command."""
        return sum(n for key, n in self.outcomes.items() if key.endswith(f": {outcome}"))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.outcomes + other.outcomes,
            self.faults + other.faults,
            self.blocks | other.blocks,
        )


def steps(count: int) -> Iterator[float]:
    """Yield how far a desk is, for so many commands."""
    yield from (number / count for number in range(count))


def seconds(length: float) -> Iterator[float]:
    """Yield how far a desk is, until that much time has passed."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < length:
        yield passed / length


def work(seed: int, progress: Iterator[float]) -> Tally:
    """Do one command after the other; the same seed draws the same ones from the same house."""
    chance, stage, tally = Random(seed), Stage(), Tally()
    hand = Hand(chance, stage)
    with connection.execute_wrapper(slowly):
        for share in progress:
            stage.pass_time(share)
            (command,) = chance.choices(list(WEIGHTS), WEIGHTS.values())
            tally.outcomes[f"{command.__name__}: {attempt(command, hand, tally)}"] += 1
    tally.blocks = {str(block.exclusion.pk): list(block.visits) for block in hand.blocks}
    connections.close_all()
    return tally


def slowly(execute: Callable, sql: str, *rest: object) -> object:
    """Be slow to go on after a lock or a write, as over a bad line, so that others come between.

    Without this, four desks hardly ever hold anything when another one asks for it.
    """
    result = execute(sql, *rest)
    if sql.startswith(("INSERT", "UPDATE", "DELETE")) or "FOR NO KEY UPDATE" in sql:
        time.sleep(_line.uniform(0, SLOWEST))
    return result


def attempt(command: Callable[[Hand], None], hand: Hand, tally: Tally) -> str:
    try:
        command(hand)
    except NothingThere:
        return NOTHING
    except BusinessLogicError as refusal:
        return refusal.internal_code
    except Exception as error:  # whatever it is, it is a fault
        tally.faults.append("".join(traceback.format_exception(error)))
        return type(error).__name__
    return DONE
