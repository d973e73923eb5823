"""Who logs in (`User`) and who treats (`StaffMember`)."""

from typing import Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager):
    """Makes users by email address, which is compared without case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(
            email, password, is_superuser=True, is_staff=True, all_locations=True, **fields
        )

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class Theme(models.TextChoices):
    SYSTEM = "system", _("Theme of the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who logs in. Roles are groups; the places of work are chosen, or `all_locations`."""

    email = models.EmailField(_("email"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=80)
    # Stored explicitly: "no location chosen = all" would fail open when the last one is taken.
    all_locations = models.BooleanField(_("all locations"), default=False)
    locations = models.ManyToManyField("Location", blank=True, related_name="users")
    language = models.CharField(_("language"), max_length=8, default="es-co")
    # Letters that act by themselves; who works by voice or with a switch turns them off.
    single_keys = models.BooleanField(_("single-letter shortcuts"), default=True)
    theme = models.CharField(
        _("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open Django's admin"), default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                name="user_email_is_in_lower_case", condition=Q(email=Lower("email"))
            ),
            models.CheckConstraint(name="user_theme_is_known", condition=Q(theme__in=Theme.values)),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        return initials(self.name)


class Skill(models.Model):
    """Something that a therapist has learnt and a service asks for."""

    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="skill_name_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class StaffQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def working_at(self, location) -> Self:
        """Return those who have an availability block at `location`, now or ever."""
        return self.filter(
            models.Exists(
                self.model.availability.rel.related_model.objects.filter(
                    staff=models.OuterRef("pk"), location=location
                )
            )
        )

    def locked(self) -> Self:
        # NO KEY: rows that only point at these may still be written meanwhile.
        return self.select_for_update(no_key=True).order_by("pk")


class StaffMember(models.Model):
    """A therapist who can be booked. May have a login, need not."""

    name = models.CharField(_("name"), max_length=80)
    specialty = models.CharField(_("specialty"), max_length=40, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="staff")
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="staff_member"
    )
    hue = models.PositiveSmallIntegerField(_("colour hue"), default=350)
    position = models.PositiveSmallIntegerField(_("place in the calendar"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        constraints = [
            models.CheckConstraint(name="staff_hue_is_an_angle", condition=Q(hue__lt=360)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def initials(self) -> str:
        return initials(self.name)


def initials(name: str) -> str:
    """Return the two letters by which a person is shown in a small circle."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
