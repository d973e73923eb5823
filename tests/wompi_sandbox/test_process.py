"""The process: start, stop, clock, control, and what it writes down."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from e2e.wompi_sandbox.catalogue import CATALOGUE
from tests.test_layers import imports
from tests.wompi_sandbox.conftest import BASE_DIR
from tests.wompi_sandbox.wompi import PRIVATE, REFERENCE, Wompi

COMMAND = [sys.executable, "-m", "e2e.wompi_sandbox"]


@pytest.fixture
def start():
    started = []

    def start(*words: str, **environment: str):
        process = subprocess.Popen(
            [*COMMAND, "--port", "0", *words],
            cwd=BASE_DIR,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def addresses(process) -> dict:
    return json.loads(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_even_while_somebody_hangs(start, number):
    process = start()
    control = addresses(process)["control"]
    requests.post(f"{control}faults", json={"fault": "page.hang"}, timeout=5)
    with pytest.raises(requests.ReadTimeout):
        requests.get(control.replace("_control", "p"), timeout=0.2)

    process.send_signal(number)

    assert process.wait(5) == 0
    assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_named(start, process):
    taken = process["control"].split(":")[2].split("/")[0]
    second = start("--port", taken)

    assert second.wait(10) == 1
    assert "cannot start" in second.stderr.read()


def test_real_credentials_are_refused(start):
    wrong = start(WOMPI_PRIVATE_KEY="prv_prod_secret")

    assert wrong.wait(10) == 1
    told = wrong.stderr.read()
    assert "WOMPI_PRIVATE_KEY must begin with prv_test_" in told
    assert "secret" not in told


def test_its_clock_is_shifted_like_the_products(start):
    process = start(SPA_CLOCK_OFFSET="86400")
    control = addresses(process)["control"]

    shifted = requests.post(f"{control}settle", json={}, timeout=5).json()["now"]

    plain = start(SPA_CLOCK_OFFSET="")
    control = addresses(plain)["control"]
    now = requests.post(f"{control}settle", json={}, timeout=5).json()["now"]
    assert 86_390 < shifted - now <= 86_400


def test_ids_repeat_with_the_seed(start):
    ids = [Wompi(addresses(start("--seed", seed))).pay()["id"] for seed in ("7", "7", "8")]

    tails = [one.split("-")[2] for one in ids]
    assert tails[0] == tails[1] != tails[2]


def test_it_imports_nothing_of_the_product():
    product = {"spa", "frontdesk", "tasks", "django", "tests"}
    files = (BASE_DIR / "e2e" / "wompi_sandbox").rglob("*.py")

    assert [
        (path.name, module)
        for path in files
        for module in imports(path)
        if module.split(".")[0] in product
    ] == []


def test_each_fault_of_the_catalogue_is_in_a_test():
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))

    assert [name for name in CATALOGUE if f'"{name}"' not in tests] == []


# -- Control ----------------------------------------------------------------------------------
def test_the_log_tells_what_was_received_and_sent_without_the_keys(wompi):
    paid = wompi.pay()
    wompi.get(f"/transactions/{paid['id']}")

    log = wompi.look("log")
    assert {line["kind"] for line in log} == {"payment", "sent", "received"}
    [asked] = [line for line in log if line["kind"] == "received"]
    assert (asked["path"], asked["answer"]) == (f"/v1/transactions/{paid['id']}", 200)
    assert PRIVATE not in json.dumps(log)


def test_a_reset_forgets_everything(wompi, shop):
    wompi.pay("PENDING")
    wompi.fault("api.error")
    wompi.fault("event.held", times=1)
    wompi.pay(reference="OTHER-X")
    wompi.advance(86_400)
    before = wompi.control("settle")["now"]

    wompi.control("reset")

    looks = ("transactions", "events", "log")
    assert [wompi.look(one) for one in looks] == [[], [], []]
    assert wompi.look("faults")["active"] == []
    assert wompi.look("settings")["events_url"] == ""
    assert wompi.control("settle")["now"] < before - 80_000
    assert wompi.find(REFERENCE) == []


def test_a_reset_waits_for_what_is_under_way(wompi, shop):
    shop.meeting = meeting = threading.Barrier(2)  # the event is answered when the test says so
    wompi.control("pay", url=wompi.url())
    while not shop.deliveries:
        wompi.look("events")
    resetting = threading.Thread(target=wompi.control, args=("reset",))

    resetting.start()
    resetting.join(0.3)
    waited = resetting.is_alive()
    meeting.wait(5)
    resetting.join(5)

    assert waited
    assert not resetting.is_alive()
    assert wompi.look("events") == wompi.look("log") == []


def test_settings_are_changed_all_or_none(wompi):
    told = wompi.refusal("settings", minimum_in_cents=100, colour="red")
    assert "colour" in told
    told = wompi.refusal("settings", minimum_in_cents=100, old_merchants_path="maybe")
    assert "true or false" in told
    assert wompi.look("settings")["minimum_in_cents"] == 150_000

    wompi.control("settings", minimum_in_cents=100)

    assert wompi.look("settings")["minimum_in_cents"] == 100


@pytest.mark.parametrize(
    ("lever", "given", "told"),
    [
        ("advance", {"seconds": -1}, "only goes forward"),
        ("advance", {}, "seconds"),
        ("pay", {"url": "http://x/p/?a=1"}, "public-key"),
        ("pay", {}, "url"),
        ("transactions/settle", {"id": "nobody", "status": "APPROVED"}, "nobody"),
        ("events/send", {"number": 99}, "99"),
        ("events/announce", {"id": "nobody", "faults": ["api.slow"]}, "No fault of an event"),
    ],
)
def test_a_lever_says_what_it_cannot_do(wompi, lever, given, told):
    assert told in wompi.refusal(lever, **given)


@pytest.mark.parametrize("status", ["PENDING", "DECLINED", "APPROVED"])
def test_what_is_final_stays(wompi, status):
    paid = wompi.pay()

    told = wompi.refusal("transactions/settle", id=paid["id"], status=status)

    assert "does not become" in told


def test_a_page_of_another_site_pulls_no_lever(wompi):
    url = f"{wompi.addresses['control']}reset"

    answer = requests.post(url, data={}, headers={"Origin": "http://evil.test"}, timeout=5)

    assert answer.status_code == 403
