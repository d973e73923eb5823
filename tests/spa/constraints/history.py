"""What is never rewritten: the audit log, consents, the changes of a visit."""

from django.db import connection

from spa.models import AppointmentChange, AuditLog, Consent
from spa.postgres.checks import check_now
from spa.services import audit
from tests.factories import NOW, TODAY, at, make_client, make_user
from tests.spa.constraints.attempts import allowed, breaks
from tests.spa.constraints.booking import make_visit_with
from tests.spa.constraints.clients import make_consent


def make_entry() -> AuditLog:
    return audit.record("TEST", subject="client:1", actor=audit.SYSTEM, now=NOW)


def make_change(**fields) -> AppointmentChange:
    visit = fields.pop("appointment", None) or make_visit_with().appointment
    return AppointmentChange.objects.create(
        **{
            "appointment": visit,
            "version": 1,
            "action": "book",
            "at": NOW,
            "origin": "desk",
            "location": visit.location,
            "day": TODAY,
            "state": {},
            **fields,
        }
    )


def truncate(model) -> None:
    """Empty a table at once, and whatever points at it, which would be in the way first."""
    check_now()  # with events pending it would not get as far as the trigger
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")


def rows_of(row):
    return type(row).objects.filter(pk=row.pk)


@breaks("change_has_its_own_version")
def two_changes_of_one_version():
    make_change(appointment=make_change().appointment)


@breaks("change_action_is_known")
def a_change_by_an_action_that_nobody_knows():
    make_change(action="vanish")


# -- Rewriting --------------------------------------------------------------------------------
@breaks("spa_auditlog_is_append_only", trigger="spa_auditlog.append_only_rows")
def an_audit_entry_rewritten():
    rows_of(make_entry()).update(user_id=7)


@breaks("spa_auditlog_is_append_only", trigger="spa_auditlog.append_only_rows")
def an_audit_entry_deleted():
    rows_of(make_entry()).delete()


@breaks("spa_auditlog_is_append_only", trigger="spa_auditlog.append_only_truncate")
def the_audit_log_emptied():
    truncate(AuditLog)


@breaks(
    "spa_consent_is_append_only",
    *({"kind": "data"}, {"given": False}, {"text_version": "1999"}, {"channel": "link"}),
    {"at": at(9)},
    trigger="spa_consent.append_only_rows",
)
def a_consent_rewritten_as(change):
    rows_of(make_consent()).update(**change)


@breaks("spa_consent_is_append_only", trigger="spa_consent.append_only_rows")
def a_consent_that_becomes_somebody_elses():
    rows_of(make_consent()).update(client=make_client())


@breaks("spa_consent_is_append_only", trigger="spa_consent.append_only_truncate")
def all_consents_emptied():
    truncate(Consent)


@breaks(
    "spa_appointmentchange_is_append_only",
    *({"action": "cancel"}, {"at": at(9)}, {"state": {"status": "x"}}, {"reason_code": "x"}),
    trigger="spa_appointmentchange.append_only_rows",
)
def a_change_rewritten_as(change):
    rows_of(make_change()).update(**change)


@breaks(
    "spa_appointmentchange_is_append_only", trigger="spa_appointmentchange.append_only_truncate"
)
def all_changes_emptied():
    truncate(AppointmentChange)


@breaks("spa_consent_is_append_only", trigger="spa_consent.recorder_is_only_forgotten")
def a_consent_that_somebody_else_recorded():
    rows_of(make_consent(recorded_by=make_user())).update(recorded_by=make_user())


@breaks("consent_goes_with_its_client", trigger="spa_consent.consent_goes_with_its_client")
def a_consent_deleted_while_its_client_stays():
    rows_of(make_consent()).delete()


@breaks(
    "change_goes_with_its_appointment",
    trigger="spa_appointmentchange.change_goes_with_its_appointment",
)
def a_change_deleted_while_its_visit_stays():
    rows_of(make_change()).delete()


# -- Going with what they belong to ---------------------------------------------------------
@allowed()
def consents_that_go_with_their_client():
    make_consent().client.delete()


@allowed()
def changes_that_go_with_their_visit():
    make_change().appointment.delete()


@allowed()
def a_consent_whose_recorder_leaves():
    user = make_user()
    make_consent(recorded_by=user)
    user.delete()
