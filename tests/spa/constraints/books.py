"""The journal: each entry balances, nothing is rewritten, and visits say what it says."""

from spa.models import Appointment, AppointmentItem, JournalEntry, JournalLine
from spa.postgres.checks import check_now
from tests.factories import NOW
from tests.spa.constraints.attempts import allowed, breaks
from tests.spa.constraints.booking import make_visit_with
from tests.spa.constraints.history import rows_of, truncate

CARD, SAFE = "card_terminal", "safe"
PRICE = 180_000_00  # of a visit of `make_visit_with`


def write_entry(*lines: tuple[str, str, int], event: str = "payment_taken") -> JournalEntry:
    """Write an entry with lines of account, subledger and cents."""
    entry = JournalEntry.objects.create(at=NOW, event=event, origin="desk")
    add_lines(entry, *lines)
    return entry


def add_lines(entry: JournalEntry, *lines: tuple[str, str, int]) -> None:
    JournalLine.objects.bulk_create(
        JournalLine(entry=entry, account=account, subledger=whose, amount_cents=cents)
        for account, whose, cents in lines
    )


def a_sound_entry() -> JournalEntry:
    return write_entry((CARD, "", 100_00), (SAFE, "", -100_00))


def deposit(visit: Appointment, cents: int) -> None:
    write_entry((CARD, "", cents), ("client_deposits", f"visit:{visit.code}", -cents))


def make_paid_visit(cents: int = PRICE) -> Appointment:
    """Write a visit that holds so much, as the journal says."""
    visit = make_visit_with().appointment
    deposit(visit, cents)
    set_visit(visit, paid_cents=cents)
    return visit


def set_visit(visit: Appointment, **fields) -> None:
    rows_of(visit).update(**fields)


def complete(visit: Appointment, *, paid: int = 0, debt: int = 0, discount: int = 0) -> None:
    """Complete it, posting what was held and what is owed from now on."""
    parts = [
        ("client_deposits", f"visit:{visit.code}", paid),
        ("receivables", f"visit:{visit.code}", debt),
        ("discounts", "", discount),
        ("service_revenue", "", -paid - debt - discount),
    ]
    write_entry(*(part for part in parts if part[2]), event="visit_completed")
    set_visit(
        visit, status="completed", closed_at=NOW, paid_cents=paid, debt_cents=debt,
        discount_cents=discount,
    )  # fmt: skip


# -- Entries and lines ------------------------------------------------------------------------
@breaks("entry_event_is_known")
def an_entry_of_something_that_cannot_happen():
    write_entry(event="windfall")


@breaks("line_account_is_known")
def a_line_of_an_account_that_nobody_keeps():
    write_entry(("pockets", "", 100_00), (SAFE, "", -100_00))


@breaks("line_is_whole_pesos_and_not_nothing", 50, 100_50, -100_01, 0)
def a_line_of_cents(cents):
    write_entry((CARD, "", cents), (SAFE, "", -cents))


@breaks(
    "line_names_whom_its_account_is_kept_for",
    *(("cash", ""), ("cash", "visit:BR-1"), ("tips_payable", "client:1"), ("safe", "staff:1")),
    *(("client_deposits", "client:1"), ("receivables", ""), ("client_credit", "1")),
)
def a_line_for(place):
    write_entry((*place, 100_00), (CARD, "", -100_00))


@breaks("journal_entry_sums_to_zero", trigger="spa_journalentry.journal_entry_balances")
def an_entry_that_does_not_balance():
    write_entry((CARD, "", 100_00), (SAFE, "", -99_00))


@breaks("journal_entry_sums_to_zero", trigger="spa_journalentry.journal_entry_balances")
def an_entry_without_lines():
    write_entry()


@breaks("journal_entry_sums_to_zero", trigger="spa_journalline.journal_line_balances")
def a_line_added_later():
    entry = a_sound_entry()
    check_now()
    add_lines(entry, (CARD, "", 100))


@allowed()
def an_entry_of_many_lines_for_everybody():
    write_entry(
        (CARD, "", 300_00), ("tips_payable", "staff:7", -100_00), ("tips_payable", "staff:8", -100),
        (SAFE, "", -199_00),
    )  # fmt: skip


# -- Rewriting --------------------------------------------------------------------------------
ENTRIES, LINES = "spa_journalentry_is_append_only", "spa_journalline_is_append_only"


@breaks(
    ENTRIES,
    *({"at": NOW.replace(year=2020)}, {"event": "tip_paid_out"}, {"appointment": "BR-1"}),
    trigger="spa_journalentry.append_only_rows",
)
def an_entry_rewritten_as(change):
    rows_of(a_sound_entry()).update(**change)


@breaks(ENTRIES, trigger="spa_journalentry.append_only_rows")
def an_entry_deleted():
    rows_of(write_entry())._raw_delete("default")


@breaks(ENTRIES, trigger="spa_journalentry.append_only_truncate")
def all_entries_emptied():
    a_sound_entry()
    truncate(JournalEntry)


@breaks(
    LINES, {"amount_cents": 1_00}, {"account": SAFE}, trigger="spa_journalline.append_only_rows"
)
def a_line_rewritten_as(change):
    a_sound_entry().lines.update(**change)


@breaks(LINES, trigger="spa_journalline.append_only_rows")
def the_lines_of_an_entry_deleted():
    a_sound_entry().lines.all().delete()


@breaks(LINES, trigger="spa_journalline.append_only_truncate")
def all_lines_emptied():
    truncate(JournalLine)


# -- What a visit says of its money -----------------------------------------------------------
VISIT = "spa_appointment.appointment_agrees_with_journal"
ITEM = "spa_appointmentitem.item_agrees_with_journal"
LINE = "spa_journalline.line_agrees_with_its_visit"


@breaks("appointment_money_is_whole_pesos", "discount_cents", "paid_cents", "debt_cents")
def half_a_peso_of(what):
    set_visit(make_visit_with().appointment, **{what: 50})


@breaks("visit_costs_what_its_items_do", trigger=VISIT)
def a_visit_that_costs_less_than_its_items():
    set_visit(make_visit_with().appointment, price_cents=PRICE - 100)


@breaks("visit_costs_what_its_items_do", trigger=ITEM)
def an_item_that_becomes_dearer_than_its_visit():
    item = make_visit_with()
    check_now()
    AppointmentItem.objects.filter(pk=item.pk).update(price_cents=PRICE + 100)


@breaks("visit_holds_what_the_journal_says", trigger=VISIT)
def a_visit_paid_by_nobody():
    set_visit(make_visit_with().appointment, paid_cents=100_00)


@breaks("visit_holds_what_the_journal_says", trigger=LINE)
def money_posted_to_a_visit_that_does_not_know_of_it():
    visit = make_visit_with().appointment
    check_now()
    deposit(visit, 100_00)


@breaks("visit_holds_what_the_journal_says", trigger=VISIT)
def a_cancelled_visit_that_still_holds_money():
    visit = make_paid_visit()
    check_now()
    visit.items.update(occupies=False)
    set_visit(visit, status="cancelled", cancelled_by="spa", closed_at=NOW)


@breaks("visit_owes_what_the_journal_says", trigger=VISIT)
def a_debt_that_was_never_posted():
    set_visit(make_visit_with().appointment, debt_cents=100_00)


@breaks("visit_owes_what_the_journal_says", trigger=LINE)
def a_debt_that_its_visit_does_not_know_of():
    visit = make_visit_with().appointment
    check_now()
    write_entry(("receivables", f"visit:{visit.code}", 100_00), (SAFE, "", -100_00))


@breaks("visit_is_settled_when_it_is_completed", trigger=VISIT)
def a_visit_completed_without_being_paid():
    set_visit(make_visit_with().appointment, status="completed", closed_at=NOW)


@breaks("visit_is_settled_when_it_is_completed", trigger=VISIT)
def a_visit_completed_with_a_peso_that_nobody_owes():
    complete(make_paid_visit(PRICE - 100), paid=PRICE - 100)


@breaks("visit_is_never_overpaid", trigger=VISIT)
def a_visit_paid_beyond_its_price():
    make_paid_visit(PRICE + 100)


@breaks("visit_is_never_overpaid", trigger=VISIT)
def a_discount_beyond_what_is_left_to_pay():
    set_visit(make_paid_visit(PRICE - 100), discount_cents=200)


@allowed()
def a_visit_paid_to_the_last_peso():
    make_paid_visit()


@allowed()
def a_visit_that_is_discounted_away():
    set_visit(make_visit_with().appointment, discount_cents=PRICE)


@allowed()
def a_completed_visit_with_a_discount_and_a_debt():
    visit = make_paid_visit(PRICE - 300)
    complete(visit, paid=PRICE - 300, discount=200, debt=100)


@allowed()
def a_visit_that_was_completed_before_there_were_books():
    set_visit(
        make_visit_with().appointment, status="completed", closed_at=NOW, before_the_books=True
    )


@allowed()
def what_the_journal_tells_of_a_visit_that_is_archived():
    visit = make_paid_visit()
    check_now()
    visit.delete()
    write_entry((CARD, "", -100), ("receivables", f"visit:{visit.code}", 100))
