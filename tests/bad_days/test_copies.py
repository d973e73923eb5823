"""Two hundred copies of one event, at once and over HTTP: one is news, and none is refused."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests
from django_q.models import OrmQ

from spa.models import JournalEntry, WebhookEvent
from tests.spa.money.till import books

COPIES, AT_ONCE = 200, 40


def test_two_hundred_copies_at_once_pay_once_and_no_limit_refuses_any(day, live_server):
    visit, payment = day.hold()
    day.wompi.fault("event.held")
    day.pay(payment)
    [event] = day.wompi.look("events")
    live_server.thread.httpd.socket.listen(COPIES)  # Django's own lets ten wait at the door

    def deliver(_number: int) -> tuple[int, str]:
        answer = requests.post(
            f"{live_server.url}/webhooks/wompi/",
            data=event["body"].encode(),
            headers={
                "Content-Type": event["content_type"],
                "X-Event-Checksum": event["header"],
            },
            timeout=30,
        )
        return answer.status_code, answer.json()["detail"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(deliver, range(COPIES)))

    assert answers == {(200, "Received"): 1, (200, "Known already"): COPIES - 1}
    assert (WebhookEvent.objects.count(), OrmQ.objects.count()) == (1, 1)
    day.work()
    assert day.state(visit, payment) == ("confirmed", "approved")
    assert JournalEntry.objects.filter(event="payment_taken").count() == 1
    assert books() == {"wompi": 72_000, "client_deposits": -72_000}
