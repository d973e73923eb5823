"""What is offered to the visits of somebody who is out, as the screen shows and reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from spa.errors import RuleBroken
from spa.models import AbsenceCall, Appointment, StaffMember
from spa.services.absence import Affected, Choice, Offer

CALL = "call"
LONGEST = 400  # letters of an answer: a start and the keys of eight therapists


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a visit: its value in the form, and the place that it means."""

    value: str
    kind: str  # colleague, with_her, with_anyone
    start: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Row:
    """A visit with what can be answered for it."""

    visit: Appointment
    services: str
    asked_for_her: bool
    in_party: bool
    options: tuple[Option, ...]
    chosen: str
    call: AbsenceCall | None

    @property
    def field(self) -> str:
        return f"visit-{self.visit.code}"


def rows(
    affected: Iterable[Affected],
    staff: StaffMember,
    sent: Mapping[str, str],
    *,
    calls: Mapping[int, AbsenceCall] | None = None,
) -> list[Row]:
    """Return the rows of a screen; what was `sent` stays chosen while it is still offered."""
    affected = list(affected)
    names = _names(affected, staff)
    return [_row(one, names, sent, (calls or {}).get(one.visit.pk)) for one in affected]


def _names(affected: Iterable[Affected], staff: StaffMember) -> dict[int, str]:
    """Return the first names of whoever is offered. One query."""
    offers = [o for one in affected for o in (one.colleague, one.with_her, one.with_anyone) if o]
    pks = {pk for offer in offers for pk in offer.staff} - {None, staff.pk}
    members = StaffMember.objects.filter(pk__in=pks)
    return {staff.pk: staff.first_name} | {member.pk: member.first_name for member in members}


def _row(
    one: Affected, names: Mapping[int, str], sent: Mapping[str, str], call: AbsenceCall | None
) -> Row:
    kinds = ("colleague", "with_her", "with_anyone")
    options = tuple(
        Option(_value(one.visit, offer), kind, offer.start, _who(one, offer, names))
        for kind in kinds
        if (offer := getattr(one, kind))
    )
    chosen = sent.get(f"visit-{one.visit.code}", "")
    if chosen not in {CALL, *(option.value for option in options)}:
        chosen = _value(one.visit, one.usual) if one.usual else CALL
    services = " + ".join(item.service.name for item in one.items)
    return Row(one.visit, services, one.asked_for_her, one.in_party, options, chosen, call)


def _who(one: Affected, offer: Offer, names: Mapping[int, str]) -> str:
    """Return who would serve instead, or with her: only the items that are hers now change."""
    changed = [pk for pk, item in zip(offer.staff, one.items, strict=True) if pk != item.staff_id]
    return " + ".join(dict.fromkeys(names[pk] for pk in changed or offer.staff if pk in names))


def _value(visit: Appointment, offer: Offer) -> str:
    staff = "-".join(str(pk or 0) for pk in offer.staff)
    return f"{visit.version}~{offer.start.isoformat()}~{staff}"


def accepted(sent: Mapping[str, str], visits: Iterable[Appointment]) -> list[Choice]:
    """Return what was accepted for these visits; those that are to be called are left out.

    :raises RuleBroken: an answer is none that the screen gave (reason `unknown_offer`)
    """
    answers = ((visit, sent.get(f"visit-{visit.code}", CALL)) for visit in visits)
    return [_read(visit, answer) for visit, answer in answers if answer != CALL]


def _read(visit: Appointment, answer: str) -> Choice:
    try:
        version, start, staff = answer[:LONGEST].split("~")
        moment = datetime.fromisoformat(start)
        keys = tuple(int(pk) or None for pk in staff.split("-"))
        if (
            moment.tzinfo is None
            or not 2000 < moment.year < 2200
            or len(keys) != len(visit.items.all())
        ):
            raise ValueError(answer)
        if not (version.isascii() and version.isdigit()) or any(
            pk is not None and not 0 < pk < 2**63 for pk in keys
        ):
            raise ValueError(answer)
        return Choice(visit, int(version), moment, keys)
    except (ValueError, OverflowError) as error:
        raise RuleBroken(
            _("That is none of the places offered. Look at them again, then save."),
            reason="unknown_offer",
        ) from error
