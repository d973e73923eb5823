"""How people log in: allauth with a closed door, our hash, our rules for passwords (SEC-01, 02)."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_LENGTH = 128
# Words that somebody who stands at the desk would try first.
PLACE_WORDS = (
    *("demo-spa", "wompi", "recepcion", "chapinero", "usaquen", "bogota"),
    *(word for word in settings.SPA_NAME.lower().split() if len(word) > 3),
)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator: nobody signs up."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def add_message(self, *_arguments, **_keywords) -> None:
        """Say nothing: who is in sees that she is in."""


class Argon2id(Argon2PasswordHasher):
    """Argon2id at 19 MiB: Django's 100 MiB and 8 threads would exhaust a small host."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class PlaceWordsValidator:
    """Refuses passwords of more than 128 characters, or with words of the place in them."""

    def validate(self, password: str, user=None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(_("At most 128 characters."), code="password_too_long")
        if any(word in password.lower() for word in PLACE_WORDS):
            raise ValidationError(
                _("This password holds a word that others at this spa would guess."),
                code="password_place_word",
            )

    def get_help_text(self) -> str:
        return _("Without the name of the spa, its city, or the like.")
