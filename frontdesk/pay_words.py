"""What a payment link's page says first: an icon, a heading, a sentence; and how it is told why."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontdesk.pay_page import State
from frontdesk.pay_reading import Reading
from frontdesk.templatetags.spa import told_at, told_day
from spa import money
from spa.models import AppointmentStatus

# Of what banks say only this is passed on, in our words: anything could stand in the rest.
REFUSALS: dict[str, str | Promise] = {
    "fondos insuficientes": gettext_lazy("not enough money on the account or card"),
    "cupo insuficiente": gettext_lazy("not enough money on the account or card"),
    "tarjeta vencida": gettext_lazy("the card is out of date"),
    "tarjeta bloqueada": gettext_lazy("the card is blocked"),
    "número no válido en sandbox": gettext_lazy("the number is not known there"),
    "la transacción fue rechazada (sandbox)": gettext_lazy("the bank said no, without a reason"),
    "transacción rechazada en sandbox": gettext_lazy("the bank said no, without a reason"),
}


@dataclass(frozen=True, slots=True)
class Words:
    heading: str
    lead: str
    icon: str = ""  # none: the page begins with a greeting
    tone: str = ""


def words(read: Reading) -> Words:
    """Return what the page of this state begins with, in the language that is on."""
    match read.state:
        case State.HELD | State.BEGAN:
            return _invitation(read)
        case State.DECLINED:
            return Words(_("Your payment was not approved"), _declined(read), "ban", "bad")
        case State.DOWN:
            return Words(_("Payments are slow right now"), _down(read), "plug", "info")
        case State.PROCESSING:
            lead = _("Do not pay again. It may take some minutes; this page tells you at once.")
            return Words(_("We are confirming your payment"), lead, "hourglass", "info")
        case State.CHECKING:
            lead = _("It usually takes some seconds. Do not pay again; this page tells you.")
            return Words(_("We are confirming your payment"), lead, "hourglass", "info")
        case State.PAID:
            return Words(_("All set"), _paid(read), "check", "ok")
        case _:
            return _of_an_end(read)


def why_refused(read: Reading) -> str | Promise:
    """Return what the bank said, if it is one of the sentences we know; nothing otherwise."""
    last = read.facts.last
    return REFUSALS.get(last.message.strip().lower(), "") if last else ""


def status(read: Reading) -> Words:
    """Return the same for a page that tells no more than the state: nothing of her or her visit."""
    told = words(read)
    match read.state:
        case State.PAID:
            lead = _("We received your payment.")
        case State.CREDIT:
            lead = _("The payment came too late, and is yours as credit.")
        case State.EXPIRED:
            lead = _no_charge(read)
        case State.CANCELLED:
            lead = _("There is nothing to pay.")
        case _:
            return told
    return Words(told.heading, lead, told.icon, told.tone)


def named(words: Words, name: str) -> Words:
    """Return the same to somebody by her first name, where it greets her or has good news."""
    if words.tone == "ok":
        heading = _("%(what)s, %(name)s") % {"what": words.heading, "name": name}
    elif not words.icon:
        heading = _("Hello, %(name)s. %(what)s") % {"what": words.heading, "name": name}
    else:
        return words
    return Words(heading, words.lead, words.icon, words.tone)


def _invitation(read: Reading) -> Words:
    if read.is_deposit:
        return Words(_("Reserve your visit"), _("With the deposit the time is yours."))
    if read.is_ahead:
        lead = _("If you pay now, there is nothing left to pay at the spa.")
        return Words(_("Pay your visit ahead"), lead)
    return Words(_("Here is your bill"), _("Thank you for coming. You can pay the rest here."))


def _declined(read: Reading) -> str:
    if read.is_deposit:
        return _(
            "No charge was made, and your time is still kept. Often it is a daily limit or a"
            " mistyped number."
        )
    return _("No charge was made. Often it is a daily limit or a mistyped number.")


def _down(read: Reading) -> str:
    if read.is_deposit:
        return _(
            "Wompi does not answer well at this moment. Your time is safe: while this lasts, we"
            " keep it for longer. You can try now or later."
        )
    return _("Wompi does not answer well at this moment. You can try now or later.")


def _paid(read: Reading) -> str:
    visit = read.visit
    if not visit.paid_cents:
        thanks = _("There is nothing to pay now.")
    elif read.is_deposit:
        thanks = _("We received your deposit.")
    else:
        thanks = _("We received your payment.")
    if not read.is_ahead or not visit.is_active:
        return _("%(thanks)s Thank you for coming.") % {"thanks": thanks}
    return _("%(thanks)s We expect you at %(time)s on %(day)s.") % {
        "thanks": thanks,
        "day": told_day(visit.starts_at, visit.location.tz),
        "time": told_at(visit.starts_at, visit.location.tz),
    }


def _of_an_end(read: Reading) -> Words:
    match read.state:
        case State.GIVEN_BACK:
            lead = _("The money goes back the way it came; a bank may take some days for it.")
            if read.visit.is_active:
                lead = _("%(what)s Your visit stands.") % {"what": lead}
            return Words(_("Your payment was given back"), lead, "undo-2", "info")
        case State.CREDIT:
            return Words(_("Your money is safe"), _late(read), "piggy-bank", "ok")
        case State.EXPIRED:
            lead = f"{_freed(read)} {_no_charge(read)}"
            return Words(_("The time to pay is over"), lead, "hourglass", "warn")
        case State.LAPSED:
            lead = _("%(charge)s You can ask for another, or pay at the spa.")
            lead %= {"charge": _no_charge(read)}
            return Words(_("This link is over"), lead, "hourglass", "warn")
        case State.ENDED:
            lead = _("The spa ended it. %(charge)s") % {"charge": _no_charge(read)}
            return Words(_("This link does not work any more"), lead, "link-2-off", "mute")
        case State.REPLACED:
            lead = _("Open the last link that we sent you: this one does not work any more.")
            return Words(_("There is a newer link"), lead, "link-2-off", "mute")
        case State.CANCELLED:
            return Words(_("This visit was cancelled"), _cancelled(read), "calendar-x", "mute")
        case _:
            lead = _("If something is left, it is settled at the spa.")
            return Words(_("There is nothing to pay here any more"), lead, "check", "mute")


def _freed(read: Reading) -> str:
    when = {
        "day": told_day(read.visit.starts_at, read.visit.location.tz),
        "time": told_at(read.visit.starts_at, read.visit.location.tz),
    }
    return _("We do not keep %(time)s on %(day)s any more.") % when


def _no_charge(read: Reading) -> str:
    if read.may_have_paid:
        return _("If you did pay, your money is safe: we will tell you.")
    return _("No charge was made.")


def _late(read: Reading) -> str:
    amount = {"amount": money.pesos(read.credit_cents)}
    if read.visit.status == AppointmentStatus.CANCELLED:
        return (
            _(
                "Your payment came when the visit had been cancelled. You have %(amount)s as credit"
                " for another one."
            )
            % amount
        )
    return (
        _(
            "Your payment came when the time was no longer kept, and we could not give it back to"
            " you. You have %(amount)s as credit for another visit."
        )
        % amount
    )


def _cancelled(read: Reading) -> str:
    if not read.credit_cents:
        return _("There is nothing to pay.")
    amount = {"amount": money.pesos(read.credit_cents)}
    return _("There is nothing to pay. You have %(amount)s as credit for another visit.") % amount
