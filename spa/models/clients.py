"""The people who are treated, what they allowed us, and what was changed about them."""

import re
import unicodedata
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from spa import encryption

# A typed word counts as the client's when it is this alike (pg_trgm, 0 to 1).
ALIKE = 0.45


def folded(text: str) -> str:
    """Return `text` as `spa_fold` stores it: lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


class Fold(models.Func):
    """Lower case without accents; immutable, so that it can be stored and indexed."""

    function = "spa_fold"
    output_field = models.TextField()


class ClientQuerySet(models.QuerySet):
    def matching(self, text: str) -> Self:
        """Return who may be meant by `text`, best first: name, phone digits or email.

        Forgives accents, the order of words, typing errors and any grouping of digits.
        One query; a text without letters or digits gives nobody.
        """
        words = re.findall(r"[^\W_]+", folded(text))[:6]
        digits = re.sub(r"\D", "", text)
        if "@" in text:
            return self.filter(email__istartswith=text.strip()).order_by("email", "pk")
        if len(digits) >= 3 and not re.search(r"[^\W\d_]", text):
            return self.filter(phone__contains=digits).order_by("name", "pk")
        if not words:
            return self.none()

        found, likeness = Q(), Value(0.0)
        for number, word in enumerate(words):
            alike = f"likeness_{number}"
            self = self.alias(**{alike: TrigramWordSimilarity(word, "search_name")})
            found &= Q(search_name__contains=word) | Q(**{f"{alike}__gte": ALIKE})
            likeness = likeness + F(alike)
        begins = models.Case(
            models.When(search_name__startswith=words[0], then=Value(0.25)), default=Value(0.0)
        )
        return (
            self.filter(found)
            .annotate(likeness=likeness + begins)
            .order_by("-likeness", "name", "pk")
        )

    def locked(self) -> Self:
        return self.select_for_update(no_key=True).order_by("pk")


class Client(models.Model):
    """A person who is treated. Has no password; the phone is not unique (families share one)."""

    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=16)  # E.164
    email = models.EmailField(_("email"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=8, default="es-co")
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    guardian = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="wards"
    )
    vip_until = models.DateField(_("VIP until"), null=True, blank=True)  # the last day
    alert_sealed = models.TextField(blank=True, default="", editable=False)
    persona_non_grata_since = models.DateTimeField(null=True, blank=True)
    persona_non_grata_manual = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    search_name = models.GeneratedField(
        expression=Fold(F("name")), output_field=models.TextField(), db_persist=True
    )

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        permissions = [
            ("flag_client", "Can flag a client persona non grata, and lift the flag"),
        ]
        constraints = [
            models.CheckConstraint(name="client_has_a_name", condition=Q(name__regex=r"\S")),
            models.CheckConstraint(
                name="client_phone_is_e164", condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$")
            ),
            models.CheckConstraint(
                name="client_is_not_her_own_guardian",
                condition=Q(guardian__isnull=True) | ~Q(guardian=F("id")),
            ),
            models.CheckConstraint(
                name="client_flag_is_manual_only_when_set",
                condition=Q(persona_non_grata_manual=False)
                | Q(persona_non_grata_since__isnull=False),
            ),
        ]
        indexes = [
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="client_by_name"),
            GinIndex(OpClass("phone", name="gin_trgm_ops"), name="client_by_phone"),
            models.Index(fields=["phone"], name="client_by_exact_phone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def short_name(self) -> str:
        """What a therapist sees: the first name and one initial."""
        words = self.name.split()
        return words[0] if len(words) < 2 else f"{words[0]} {words[-1][0]}."

    @property
    def alert(self) -> str:
        """What whoever books or treats must know ("alergia: frutos secos"). Health data."""
        if not self.alert_sealed:
            return ""
        return encryption.decrypt(self.alert_sealed, table="client", pk=self.pk, field="alert")

    @property
    def is_blocked(self) -> bool:
        return self.persona_non_grata_since is not None

    def is_vip(self, *, on: date) -> bool:
        return self.vip_until is not None and self.vip_until >= on


class ConsentKind(models.TextChoices):
    DATA = "data", _("Personal data")
    HEALTH = "health", _("Health data")
    PROMOTIONAL = "promotional", _("News and offers")


class ConsentChannel(models.TextChoices):
    DESK = "desk", _("At the desk")
    LINK = "link", _("By link")
    PAPER = "paper", _("On paper")


class ConsentQuerySet(models.QuerySet):
    def in_force(self, *, client: Client, kind: str) -> bool:
        """Return whether the client's last word on `kind` was yes. One query."""
        # By key: written under the client's lock, while `at` was read before waiting for it.
        last = self.filter(client=client, kind=kind).order_by("-pk").first()
        return last is not None and last.given


class Consent(models.Model):
    """What a client allowed, or took back: a withdrawal is a new row (`security.md`, SEC-46).

    Append-only by trigger: a row goes with its client only, and forgets who recorded it only
    when that account goes.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16, choices=ConsentKind)
    given = models.BooleanField()
    text_version = models.CharField(max_length=16)
    channel = models.CharField(max_length=8, choices=ConsentChannel)
    at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                name="consent_kind_is_known", condition=Q(kind__in=ConsentKind.values)
            ),
            models.CheckConstraint(
                name="consent_channel_is_known", condition=Q(channel__in=ConsentChannel.values)
            ),
        ]
        indexes = [models.Index(fields=["client", "kind", "at"], name="consent_by_client")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'yes' if self.given else 'no'}"


class ClientChange(models.Model):
    """An old value or a written reason about a client: what the audit log may not hold.

    Erasing a client clears these rows; the audit log keeps only names of fields.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(max_length=40)
    field = models.CharField(max_length=40, blank=True)
    old_value = models.TextField(blank=True)  # of a sealed field: its ciphertext
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("change of a client")
        verbose_name_plural = _("changes of clients")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["client", "-at"], name="client_change_by_client")]

    def __str__(self) -> str:
        return f"{self.action} {self.field}".strip()
