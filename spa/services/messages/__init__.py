"""What clients are told, and when (rule book §10).

`tell` writes it down with its cause, `send` lets it leave; only those who do it import that, as
letters read what the services above write.
"""

from spa.services.messages.again import NotGivenUp, send_again

__all__ = ["NotGivenUp", "send_again"]
