"""The sandbox as its callers see it: a merchant's server, a payer, and whoever pulls the levers."""

import hashlib
from urllib.parse import urlencode

import requests

PUBLIC = "pub_test_spaDemo0123456789abcdefghijkl"
PRIVATE = "prv_test_spaDemo0123456789abcdefghijkl"
INTEGRITY = "test_integrity_spaDemo0123456789abcdefghij"
REFERENCE = "RES-2026-000123-A1X"
CENTS = 15_000_000
BACK = "http://spa.test/return/abc/"


class Wompi:
    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses
        self.session = requests.Session()

    def close(self) -> None:
        self.session.close()

    # -- Levers -------------------------------------------------------------------------------
    def control(self, lever: str, **given: object) -> dict:
        answer = self.session.post(self.addresses["control"] + lever, json=given, timeout=40)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, lever: str, **given: object) -> str:
        answer = self.session.post(self.addresses["control"] + lever, json=given, timeout=10)
        assert answer.status_code == 422
        return answer.json()["detail"]

    def look(self, what: str) -> object:
        return self.session.get(self.addresses["control"] + what, timeout=10).json()

    def fault(self, name: str, **options: object) -> dict:
        return self.control("faults", fault=name, **options)

    def settle(self) -> None:
        """Wait until every event that is due was answered."""
        assert self.control("settle")["is_settled"]

    def advance(self, seconds: float) -> None:
        assert self.control("advance", seconds=seconds)["is_settled"]

    def pay(self, outcome: str = "APPROVED", reference: str = REFERENCE, **given: object) -> dict:
        """Play an outcome, and have its event answered; return the transaction."""
        paid = self.control("pay", url=self.url(reference=reference), outcome=outcome, **given)
        self.settle()
        return paid["transaction"]

    def return_url(self, outcome: str = "APPROVED", reference: str = REFERENCE, **asked) -> str:
        url = self.url(reference=reference, **asked)
        return self.control("pay", url=url, outcome=outcome)["redirect"]

    # -- The payer ----------------------------------------------------------------------------
    def url(self, **changed: object) -> str:
        """Return a checkout's address; a changed parameter is signed, one of None left out."""
        asked = {
            "public-key": PUBLIC,
            "currency": "COP",
            "amount-in-cents": CENTS,
            "reference": REFERENCE,
            "redirect-url": BACK,
            **{name.replace("__", ":").replace("_", "-"): one for name, one in changed.items()},
        }
        signed = ("reference", "amount-in-cents", "currency", "expiration-time")
        text = "".join(str(asked[name]) for name in signed if asked.get(name) is not None)
        sum_ = hashlib.sha256((text + INTEGRITY).encode()).hexdigest()
        asked = {"signature:integrity": sum_} | asked
        given = {name: one for name, one in asked.items() if one is not None}
        return f"{self.addresses['checkout']}?{urlencode(given)}"

    def press(self, outcome: str, url: str = "", **chosen: str) -> requests.Response:
        """Send the hosted page's form."""
        form = {"outcome": outcome, "method": "CARD"} | chosen
        url = url or self.url()
        return self.session.post(url, data=form, timeout=10, allow_redirects=False)

    # -- The merchant's server ----------------------------------------------------------------
    def get(self, path: str, key: str = PRIVATE, **options: object) -> requests.Response:
        return self._ask("GET", path, key, **options)

    def post(self, path: str, key: str = PRIVATE, **options: object) -> requests.Response:
        return self._ask("POST", path, key, **options)

    def _ask(self, method: str, path: str, key: str, **options: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= options.pop("headers", {})
        patience = options.pop("timeout", 10)
        given = {"allow_redirects": False} | options
        url = self.addresses["api"] + path
        return requests.request(method, url, headers=headers, timeout=patience, **given)

    def read(self, number: str) -> dict:
        return self.get(f"/transactions/{number}").json()["data"]

    def find(self, reference: str = REFERENCE) -> list[dict]:
        return self.get("/transactions", params={"reference": reference}).json()["data"]
