"""The people who are treated, what they allowed us, and what was changed about them."""

import logging
import re
import unicodedata
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import (
    TrigramSimilarity,
    TrigramStrictWordSimilarity,
    TrigramWordSimilarity,
)
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.lookups import Contains
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spa import encryption, names
from spa.text import visible

log = logging.getLogger(__name__)

# The longest text that is looked for, and how many of its words.
LONGEST_SEARCH, MOST_WORDS = 120, 6
# From here on (pg_trgm, 0 to 1) two names may be one person's.
ALMOST_THE_SAME = 0.8
# What a letter for letter likeness leaves out: the right beginning, the right consonants.
BEGINS, SAME_BONES, AS_TYPED = 0.25, 0.5, 1.0
# Of each word (pg_trgm): who neither sounds nor is spelt as much like it is not meant ("xxqq").
LEAST_SOUND, LEAST_SPELLING = 0.6, 0.3


def folded(text: str) -> str:
    """Return `text` as `spa_fold` stores it: lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


class Fold(models.Func):
    """Lower case without accents; immutable, so that it can be stored and indexed."""

    function = "spa_fold"
    output_field = models.TextField()


class Sound(models.Func):
    """How a name sounds in Colombia, written one way: b is v, c and z are s, h is nothing."""

    function = "spa_sound"
    output_field = models.TextField()


class Bones(models.Func):
    """What is left of a sound without its vowels, each word between two spaces."""

    template = "' ' || translate(%(expressions)s, 'aeiou', '') || ' '"
    output_field = models.TextField()


class IsAlike(models.Func):
    """Whether a key is of the 300 clients whose names sound most like the words: see 0006.

    An array, so that these are looked up by their keys before anything else is asked of them.
    """

    template = "(%(expressions)s))))"
    arg_joiner = " = ANY (ARRAY(SELECT spa_clients_alike("
    output_field = models.BooleanField()


def _points(condition: Q | Contains, points: float) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0.0))


class ClientQuerySet(models.QuerySet):
    def matching(self, text: str) -> Self:
        """Return who may be meant by `text`, best first: name, phone digits or email.

        Forgives accents, the order of words, typing errors and any grouping of digits; digits
        beside a name narrow it. One query; a text without letters or digits gives nobody.
        """
        text = visible(text[:LONGEST_SEARCH])
        if "@" in text:
            return self._with_email(text.lower())
        words = list(dict.fromkeys(re.findall(r"[^\W\d_]+", folded(text))))[:MOST_WORDS]
        digits = re.sub(r"\D", "", text)
        found = self.filter(phone__contains=digits) if len(digits) >= 3 else self
        if words:
            return found._sounding_like(words)
        return found.order_by("search_name", "pk") if found is not self else self.none()

    def _with_email(self, text: str) -> Self:
        if len(text.strip("@")) < 2:
            return self.none()
        return self.filter(email__contains=text).order_by("email", "pk")

    def _sounding_like(self, words: list[str]) -> Self:
        sound = F("search_sound")
        typed = [Sound(Value(word)) for word in words]
        likeness = _points(Q(search_sound__startswith=typed[0]), BEGINS)
        for word in typed:
            # Vowels are confused and neighbours swapped most: the consonants then stay.
            likeness += _points(Contains(Bones(sound), Bones(word)), SAME_BONES)
            likeness += TrigramWordSimilarity(word, sound)
            likeness += TrigramStrictWordSimilarity(word, sound)
        if len(words) > 1:  # "Tatiana Villegas" before Tatiana Ríos Villegas
            likeness += _points(Q(search_name__contains=" ".join(words)), AS_TYPED)
        sounds = sum((TrigramWordSimilarity(word, sound) for word in typed), Value(0.0))
        spelt = sum((TrigramWordSimilarity(word, "search_name") for word in words), Value(0.0))
        return (
            self.filter(IsAlike("pk", Value(" ".join(words))))
            .alias(sounds=sounds, spelt=spelt)
            .filter(
                Q(spelt__gte=LEAST_SPELLING * len(words)) | Q(sounds__gte=LEAST_SOUND * len(words))
            )
            .annotate(likeness=likeness)
            .order_by("-likeness", "search_name", "pk")
        )

    def same_as(self, client: "Client") -> Self:
        """Return who may be the same person as `client`: her phone, or almost her name.

        Each has `same_phone` and `likeness`. Nobody merges them by that: families share phones.
        """
        same_phone = Q(phone=client.phone)
        return (
            self.exclude(pk=client.pk)
            .filter(same_phone | Q(IsAlike("pk", Value(folded(client.name)))))
            .annotate(
                same_phone=ExpressionWrapper(same_phone, output_field=models.BooleanField()),
                likeness=TrigramSimilarity("search_sound", Sound(Value(client.name))),
            )
            .filter(Q(same_phone=True) | Q(likeness__gte=ALMOST_THE_SAME))
            .order_by("-same_phone", "-likeness", "pk")
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
    # Counts the edits of her details and her alert; a form that shows an older one is stale.
    version = models.PositiveIntegerField(default=1, db_default=1)
    search_name = models.GeneratedField(
        expression=Fold(F("name")), output_field=models.TextField(), db_persist=True
    )
    search_sound = models.GeneratedField(
        expression=Sound(F("name")), output_field=models.TextField(), db_persist=True
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
                name="client_language_is_known",
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
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
            GinIndex(OpClass("search_sound", name="gin_trgm_ops"), name="client_by_sound"),
            GinIndex(OpClass("phone", name="gin_trgm_ops"), name="client_by_phone"),
            GinIndex(OpClass("email", name="gin_trgm_ops"), name="client_by_email"),
            models.Index(fields=["search_name", "id"], name="client_in_order"),
            models.Index(fields=["-created_at", "-id"], name="client_by_newness"),
            models.Index(fields=["phone"], name="client_by_exact_phone"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def short_name(self) -> str:
        """What a therapist sees: the given names and the initial of the first surname."""
        return names.short(self.name)

    @property
    def alert(self) -> str:
        """What whoever books or treats must know ("alergia: frutos secos"). Health data."""
        if not self.alert_sealed:
            return ""
        return encryption.decrypt(self.alert_sealed, table="client", pk=self.pk, field="alert")

    @property
    def shown_alert(self) -> str:
        """`alert` as a page shows it: a seal that cannot be opened is said, and fails no page."""
        try:
            return self.alert
        except encryption.CannotDecrypt:
            log.error("the alert of client %d cannot be decrypted", self.pk)
            return gettext("This alert cannot be read. Tell an administrator.")

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
