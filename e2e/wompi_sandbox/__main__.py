"""`python -m e2e.wompi_sandbox`: be the gateway until Ctrl-C."""

import argparse
import json
import os
import signal
import sys
import threading

from e2e.wompi_sandbox.gateway import Gateway
from e2e.wompi_sandbox.merchant import Keys, Merchant, Settings, WrongKeys
from e2e.wompi_sandbox.server import Sandbox
from e2e.wompi_sandbox.timetable import Clock


def main() -> int:
    chosen = arguments()
    try:
        sandbox = build(chosen)
        sandbox.start()
    except (OSError, WrongKeys) as error:
        sys.stderr.write(f"The sandbox cannot start: {error}\n")
        return 1
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    # One line for whoever started it: the addresses, and that it listens.
    addresses = {
        "checkout": f"{sandbox.pages.url}/p/",
        "api": f"{sandbox.api.url}/v1",
        "control": f"{sandbox.pages.url}/_control/",
    }
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()
    stop.wait()
    sandbox.stop()
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m e2e.wompi_sandbox")
    offset = float(os.environ.get("SPA_CLOCK_OFFSET") or 0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="of everything; 0: any free one")
    parser.add_argument("--api-port", type=int, help="of the API alone; the next one")
    parser.add_argument("--events-url", default="", help="where events are posted to")
    parser.add_argument("--clock-offset", type=float, default=offset, help="in seconds")
    parser.add_argument(
        "--retry-scale", type=float, default=0.001, help="of 30 min, 3 h and 24 h (0.001)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the ids")
    return parser.parse_args()


def build(chosen: argparse.Namespace) -> Sandbox:
    gateway = Gateway(
        merchant=Merchant(Keys.from_environment()),
        settings=Settings(events_url=chosen.events_url, retry_scale=chosen.retry_scale),
        clock=Clock(chosen.clock_offset),
        seed=chosen.seed,
    )
    following = chosen.port + 1 if chosen.port else 0
    api_port = following if chosen.api_port is None else chosen.api_port
    return Sandbox(gateway, host=chosen.host, port=chosen.port, api_port=api_port)


if __name__ == "__main__":
    sys.exit(main())
