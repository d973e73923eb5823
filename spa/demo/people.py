"""The demo's clients: who they are, what they allowed, and whom the house no longer receives."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from spa import encryption
from spa.models import Client, ClientChange, Consent, ConsentChannel, ConsentKind
from spa.services import audit
from spa.services.clients import consent_text_version

CLIENTS = 400
# Each day one of these comes for the first time: they are enough for the weeks that are looked at.
NEWCOMERS = 60
NEW_SINCE = timedelta(days=14)
UNWANTED = 7
MAIL = "@ejemplo.test"
GIVEN = (
    *("Mariana", "Carlos", "Luisa", "Felipe", "Diana", "Ricardo", "Tatiana", "Esteban"),
    *("Manuela", "Santiago", "Gloria", "Sara", "Valentina", "Julián", "Adriana", "Óscar"),
    *("Catalina", "Jhon Jairo", "María José", "Nicolás", "Pilar", "Álvaro"),
)
FAMILY = (
    *("Echeverri", "Vélez", "Ríos", "Restrepo", "Cárdenas", "Villegas", "Giraldo", "Patiño"),
    *("Mesa", "Pinzón", "Nieto", "Castaño", "Muñoz", "Ordóñez", "Cuéllar", "Zuluaga"),
)
ALERTS = (
    "alergia: frutos secos",
    "embarazo: segundo trimestre",
    "hipertensión: nada de sauna",
    "piel sensible: sin exfoliación",
    "alergia: látex",
    "rodilla derecha operada en marzo",
    "marcapasos: sin radiofrecuencia",
    "asma: aceites sin aroma",
    "diabetes: revisar los pies",
    "alergia: aceite de almendras",
)
REFUSED = "Trato irrespetuoso con dos terapeutas; decidido por gerencia."
# How mobile numbers begin in Colombia; with others the number would be refused when edited.
MOBILE = ("300", "301", "302", "304", "305", "310", "311", "312", "313", "315", "316", "320")


def are_here() -> bool:
    """Say whether this spa is the demo: its clients have addresses that nobody else has."""
    return demo_clients().exists()


def demo_clients() -> QuerySet[Client]:
    return Client.objects.filter(email__endswith=MAIL).order_by("pk")


def make_clients(now: datetime) -> None:
    """Write the clients, their consents and alerts, and one who is persona non grata."""
    chance = random.Random("clients")
    names = [
        f"{given} {first} {second}"
        for given in GIVEN
        for first in FAMILY
        for second in FAMILY
        if first != second
    ]
    clients = [
        Client(
            name=name,
            phone=f"+57{chance.choice(MOBILE)}{chance.randrange(10**7):07d}",
            email=f"cliente{number}{MAIL}",
            birth_date=date(chance.randrange(1955, 2004), 1, 1)
            + timedelta(days=chance.randrange(365)),
            vip_until=now.date() + timedelta(days=200) if number % 12 == 0 else None,
            created_at=now - timedelta(days=chance.randrange(160, 900)),
        )
        for number, name in enumerate(chance.sample(names, CLIENTS))
    ]
    for number in range(20, 200, 30):  # a family has one phone
        clients[number + 1].phone = clients[number].phone
    Client.objects.bulk_create(clients)
    child = clients[21]
    child.guardian, child.birth_date = clients[20], date(now.year - 14, 5, 12)
    child.save(update_fields=["guardian", "birth_date"])
    _allow(clients, _warn(clients), chance)
    _refuse(clients[UNWANTED], now)


def _warn(clients: list[Client]) -> list[Client]:
    """Give six in a hundred something that whoever treats them must know; return these."""
    warned = [client for number, client in enumerate(clients) if number % 17 == 3]
    for number, client in enumerate(warned):
        client.alert_sealed = encryption.encrypt(
            ALERTS[number % len(ALERTS)], table="client", pk=client.pk, field="alert"
        )
    Client.objects.bulk_update(warned, ["alert_sealed"])
    return warned


def _allow(clients: list[Client], warned: list[Client], chance: random.Random) -> None:
    promoted = [client for client in clients if chance.random() < 0.4]
    Consent.objects.bulk_create(
        Consent(
            client=client,
            kind=kind,
            given=True,
            text_version=consent_text_version(kind),
            channel=chance.choice((ConsentChannel.DESK, ConsentChannel.DESK, ConsentChannel.LINK)),
            at=client.created_at,
        )
        for kind, asked in (
            (ConsentKind.DATA, clients),
            (ConsentKind.HEALTH, warned),
            (ConsentKind.PROMOTIONAL, promoted),
        )
        for client in asked
    )


def _refuse(client: Client, now: datetime) -> None:
    since = now - timedelta(days=100)
    client.persona_non_grata_since, client.persona_non_grata_manual = since, True
    client.save(update_fields=["persona_non_grata_since", "persona_non_grata_manual"])
    ClientChange.objects.create(
        client=client,
        at=since,
        action="FLAG_NON_GRATA",
        field="persona_non_grata_since",
        reason=REFUSED,
    )
    audit.record(
        "FLAG_NON_GRATA",
        subject=f"client:{client.pk}",
        actor=audit.Actor(origin="demo"),
        now=since,
        reason_code="manual",
        fields=["persona_non_grata_since"],
    )


class Guests:
    """Who comes on which day: the regulars in turn, and each day somebody new."""

    def __init__(self, today: date) -> None:
        welcome = list(demo_clients().filter(persona_non_grata_since__isnull=True))
        cut = max(1, len(welcome) - NEWCOMERS)
        self.regulars, self.newcomers = _spread(welcome[:cut]), welcome[cut:]
        self.today = today

    def of(self, day: date, house: int, turn: int) -> list[Client]:
        """Return who would come to one house on a day, in the order in which they are asked."""
        number, count = day.toordinal(), len(self.regulars)
        # A hundred or so are asked a day, so that nobody is back the day after.
        first = (number * 110 + house * 80 + turn * 37) % count
        guests = [*self.regulars[first:], *self.regulars[:first]]
        if house == 0 and turn == 0 and self.newcomers and day >= self.today - NEW_SINCE:
            guests.insert(number % 9, self.newcomers[number % len(self.newcomers)])
        return guests


def _spread(clients: list[Client]) -> list[Client]:
    """Mix the clients so that among any forty are some who are VIP and some with an alert."""
    random.Random("guests").shuffle(clients)
    alike = defaultdict(list)
    for client in clients:
        alike[client.vip_until is not None, client.alert_sealed != ""].append(client)
    places = [
        ((number + 0.5) / len(group), traits, client)
        for traits, group in alike.items()
        for number, client in enumerate(group)
    ]
    return [client for *_place, client in sorted(places, key=lambda place: place[:2])]
