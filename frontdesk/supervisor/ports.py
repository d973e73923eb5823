"""Which ports of this machine nobody listens on."""

import socket

HIGHEST = 65_535


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_pair(first: int) -> int | None:
    """Return the first of two neighbours that are free, from `first` on; none if there are none."""
    pairs = range(first, HIGHEST, 2)
    return next((port for port in pairs if is_free(port) and is_free(port + 1)), None)
