"""The third process of the demo: what stands in for Wompi, and what the others know of it."""

import contextlib
import http.client
import json
import os
import socket
import time
from dataclasses import asdict

import psutil
import pytest
import requests

from e2e.wompi_sandbox.merchant import Keys
from frontdesk.supervisor import __main__ as command
from frontdesk.supervisor import supervisor as supervisor_module
from frontdesk.supervisor.ports import free_pair, is_free
from frontdesk.supervisor.pulse import Pulse
from frontdesk.supervisor.sandbox import DEMO_KEYS, DISTANCE, Sandbox
from frontdesk.supervisor.supervisor import Supervisor
from tests.frontdesk.test_supervisor import SLEEP, wait_for

KNOWN = [*DEMO_KEYS, "WOMPI_API_URL", "WOMPI_CHECKOUT_URL", "SITE_URL"]


@pytest.fixture(autouse=True)
def plain(monkeypatch, tmp_path):
    """Nobody has set anything of Wompi, and logs go elsewhere."""
    for name in [*KNOWN, "WOMPI_EVENTS_SECRET_FALLBACKS"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(supervisor_module, "LOGS", tmp_path)


@contextlib.contextmanager
def listening(port: int):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        yield


@pytest.fixture
def sandbox():
    return Sandbox(web_port=1, port=free_pair(20_000 + os.getpid() % 10_000))


@pytest.fixture
def make_demo():
    made = []

    def make(sandbox: Sandbox | None, port: int = 8000) -> Supervisor:
        """Return a demo whose web server and tasks only sleep."""
        pulse = Pulse("unused")
        made.append(Supervisor(port=port, cluster=None, pulse=pulse, sandbox=sandbox))
        made[-1].web.command = made[-1].tasks.command = SLEEP
        return made[-1]

    yield make
    for demo in made:
        for child in demo.children:
            child.kill()


def ask(port: int, path: str) -> dict:
    """Return what is answered there; nothing when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException):
        return {}
    finally:
        connection.close()


def is_up(sandbox: Sandbox) -> bool:
    return ask(sandbox.port, "/healthz") == {"status": "ok"}


# -- Ports ------------------------------------------------------------------------------------
def test_the_stand_in_has_the_two_ports_a_hundred_from_the_web_servers(monkeypatch, capsys):
    monkeypatch.setattr("frontdesk.supervisor.ports.is_free", lambda _port: True)

    sandbox = command.choose_sandbox(8000)

    assert (sandbox.web_port, sandbox.port, sandbox.api_port) == (8000, 8100, 8101)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("which", [0, 1])
def test_a_taken_port_moves_the_stand_in_to_the_next_pair_and_is_said(sandbox, which, capsys):
    with listening(sandbox.port + which):
        moved = command.choose_sandbox(sandbox.port - DISTANCE)

    assert moved.port > sandbox.port + 1
    assert (moved.port - sandbox.port) % 2 == 0
    told = capsys.readouterr().out
    assert f"Port {sandbox.port} " in told
    assert f"{moved.port} and {moved.api_port}" in told


def test_a_demo_on_the_last_ports_goes_without_and_says_so(capsys):
    assert command.choose_sandbox(65_500) is None
    assert "not started" in capsys.readouterr().out


# -- What the others are told -----------------------------------------------------------------
def test_the_stand_in_knows_the_keys_of_the_demo():
    assert sorted(DEMO_KEYS.values()) == sorted(asdict(Keys()).values())


def test_web_and_tasks_take_the_stand_in_for_wompi(make_demo):
    demo = make_demo(Sandbox(web_port=8000, port=8100))

    for child in (demo.web, demo.tasks):
        assert child.environment == DEMO_KEYS | {
            "WOMPI_API_URL": "http://127.0.0.1:8101/v1",
            "WOMPI_CHECKOUT_URL": "http://localhost:8100",
            "SITE_URL": "http://localhost:8000",
        }


def test_so_does_what_prepares_the_demo(make_demo, monkeypatch):
    started = []

    class Prepared:
        returncode = 0

        def __init__(self, *_words: object, env: dict[str, str], **_options: object) -> None:
            started.append(env)

        def poll(self) -> int:
            return 0

    monkeypatch.setattr(command.subprocess, "Popen", Prepared)
    demo = make_demo(Sandbox(web_port=8000, port=8100))

    command.prepare(demo, empty=True)

    [environment] = started
    assert environment == os.environ | demo.environment


@pytest.mark.parametrize("name", [*DEMO_KEYS, "WOMPI_API_URL"])
def test_whoever_sets_something_of_wompi_has_no_stand_in_and_reads_why(
    make_demo, monkeypatch, capsys, name
):
    monkeypatch.setenv(name, "hers")

    sandbox = command.choose_sandbox(8000)

    assert sandbox is None
    told = capsys.readouterr().out
    assert f"{name} is set" in told
    assert "hers" not in told
    demo = make_demo(sandbox)
    assert [child.name for child in demo.children] == ["web", "tasks"]
    assert demo.environment == {"SITE_URL": "http://localhost:8000"}


def test_a_setting_without_a_value_is_none(sandbox, monkeypatch):
    monkeypatch.setenv("WOMPI_PUBLIC_KEY", "")

    assert command.choose_sandbox(sandbox.port - DISTANCE) == Sandbox(
        web_port=sandbox.port - DISTANCE, port=sandbox.port
    )


def test_an_address_that_was_set_is_kept(make_demo, monkeypatch, sandbox):
    monkeypatch.setenv("SITE_URL", "https://demo.example.com")

    assert make_demo(sandbox).environment["SITE_URL"] == "https://demo.example.com"


def test_the_greeting_names_the_page_that_pays_and_breaks(sandbox, capsys):
    command.greet(8000, sandbox)
    assert f"http://localhost:{sandbox.port}/_control/" in capsys.readouterr().out

    command.greet(8000, None)
    assert "Wompi" not in capsys.readouterr().out


# -- Its life ---------------------------------------------------------------------------------
def test_it_sends_its_events_to_the_demo_and_has_the_demos_clock(make_demo, sandbox, monkeypatch):
    monkeypatch.setenv("SPA_CLOCK_OFFSET", "3600")
    demo = make_demo(sandbox)
    demo.start()
    wait_for(lambda: is_up(sandbox))

    settings = ask(sandbox.port, "/_control/settings")
    its_now = requests.post(f"{sandbox.control_url}settle", json={}, timeout=5).json()["now"]

    assert settings["events_url"] == "http://127.0.0.1:1/webhooks/wompi/"
    assert 3_590 < its_now - time.time() <= 3_600


def test_a_killed_stand_in_comes_back_and_takes_nobody_with_it(make_demo, sandbox):
    demo = make_demo(sandbox)
    demo.start()
    others = [demo.web.process, demo.tasks.process]
    child = demo.children[2]
    wait_for(lambda: is_up(sandbox))

    child.process.kill()
    child.process.wait()
    demo.look_after_children()
    child.wait_until = 0  # its pause is over
    demo.look_after_children()

    wait_for(lambda: is_up(sandbox))
    assert [demo.web.process, demo.tasks.process] == others
    assert all(process.poll() is None for process in others)


def test_a_stop_leaves_nothing_of_it_and_its_ports_free(make_demo, sandbox):
    demo = make_demo(sandbox)
    demo.start()
    # Its line says that it minds its signals too.
    wait_for(lambda: '"control"' in demo.children[2].log.read_text())
    processes = [child.process for child in demo.children]

    demo.stop()

    assert not any(psutil.pid_exists(process.pid) for process in processes)
    assert processes[2].returncode == 0  # it ended by itself
    assert is_free(sandbox.port)
    assert is_free(sandbox.api_port)
