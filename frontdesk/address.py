"""From where a request comes, as far as it can be believed (SEC-28).

Anybody can send an `X-Forwarded-For`; each proxy adds on its right whom it was called by. So with n
proxies of ours in front the n-th from the right was written by ours, and all before it is hearsay.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# Through a socket without an address, behind no proxy: all of them count as one.
UNKNOWN = "unknown"
# A holder of IPv6 has a whole network of this size, and another address for each request.
IPV6_HOME = 64
WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](:\d+)?|(?P<four>[\d.]+):\d+")


def of(request: HttpRequest) -> str:
    """Return the client's IP: what our outermost proxy saw, or else who is connected to us.

    A header that is too short or holds no address there did not come through all our proxies;
    then it is the last of them that is counted. Never raises.
    """
    ip = _forwarded(request) or _parsed(request.META.get("REMOTE_ADDR", ""))
    return str(ip) if ip else UNKNOWN


def counted(request: HttpRequest) -> str:
    """Return what a limit counts for this request: its IPv4 address, or its network of IPv6."""
    ip = of(request)
    return str(ip_network(f"{ip}/{IPV6_HOME}", strict=False)) if ":" in ip else ip


def _forwarded(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    hops = settings.TRUSTED_PROXIES
    if hops < 1:
        return None
    # gunicorn joins headers of the same name in their order.
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", hops)[-hops:]
    return _parsed(seen[0]) if len(seen) == hops else None


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that is written there, without port, zone or the clothes of IPv6."""
    text = text.strip()
    if found := WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip
