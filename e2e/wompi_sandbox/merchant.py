"""Who is paid: credentials, and the switches where what is known of Wompi disagrees."""

import os
from dataclasses import dataclass, field, fields


class WrongKeys(Exception):
    """A credential does not belong to the sandbox."""


@dataclass(frozen=True)
class Keys:
    public: str = "pub_test_spaDemo0123456789abcdefghijkl"
    private: str = "prv_test_spaDemo0123456789abcdefghijkl"
    events: str = "test_events_spaDemo0123456789abcdefghij"
    integrity: str = "test_integrity_spaDemo0123456789abcdefghij"

    @classmethod
    def from_environment(cls) -> "Keys":
        """Read `WOMPI_PUBLIC_KEY` and the others; what is not set is the demo's.

        :raises WrongKeys: one is no sandbox credential; a real one has no business here
        """
        names = {
            "public": ("WOMPI_PUBLIC_KEY", "pub_test_"),
            "private": ("WOMPI_PRIVATE_KEY", "prv_test_"),
            "events": ("WOMPI_EVENTS_SECRET", "test_events_"),
            "integrity": ("WOMPI_INTEGRITY_SECRET", "test_integrity_"),
        }
        given = {one: os.environ.get(name) for one, (name, _prefix) in names.items()}
        for one, (name, prefix) in names.items():
            if given[one] and not given[one].startswith(prefix):
                raise WrongKeys(f"{name} must begin with {prefix}.")
        return cls(**{one: key for one, key in given.items() if key})


@dataclass
class Settings:
    """What can be changed while it runs, at `/_control/settings`. Times are the gateway's."""

    events_url: str = ""
    minimum_in_cents: int = 150_000
    retry_scale: float = 0.001  # of 30 min, 3 h and 24 h
    delivery_timeout: float = 5.0  # real seconds
    reattempt_seconds: int = 180
    void_seconds: float = 1.0  # from the void's answer until the transaction reads VOIDED
    void_window_seconds: int = 86_400
    old_merchants_path: bool = False
    open_transaction_reads: bool = False  # read by id without the private key

    def change(self, given: dict) -> None:
        """Take over what is given.

        :raises ValueError: an unknown name, or a value of another type
        """
        known = {one.name: one.type for one in fields(self)}
        if unknown := set(given) - set(known):
            raise ValueError(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(known)}.")
        read = {name: read_as(known[name], value, name) for name, value in given.items()}
        for name, value in read.items():
            setattr(self, name, value)


def read_as(kind: type, value: object, name: str) -> object:
    """Return a value of JSON or of a form as `kind`.

    :raises ValueError: it is none
    """
    if kind is bool:
        if value in (True, "true", "on"):
            return True
        if value in (False, "false", ""):
            return False
        raise ValueError(f"{name} must be true or false.")
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a {kind.__name__}.") from None


@dataclass(frozen=True)
class Merchant:
    keys: Keys = field(default_factory=Keys)
    number: int = 10042
    name: str = "Spa de Prueba"

    def as_json(self) -> dict:
        """What a transaction tells of its merchant."""
        return {
            "id": self.number,
            "name": self.name,
            "legal_name": f"{self.name} SAS",
            "contact_name": "Ana Prueba",
            "phone_number": "+573000000000",
            "logo_url": None,
            "legal_id_type": "NIT",
            "email": "pagos@example.test",
            "legal_id": "900000000-1",
            "public_key": self.keys.public,
        }
