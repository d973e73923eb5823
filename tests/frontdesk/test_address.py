"""From where a request comes: what our proxies saw, never what the client says of itself."""

import pytest
from django.test import RequestFactory, override_settings

from frontdesk import address

PROXY, CLIENT, FORGED = "10.0.0.1", "203.0.113.7", "198.51.100.66"


def request(forwarded: str | None = None, *, peer: str = PROXY):
    made = RequestFactory().get("/", REMOTE_ADDR=peer)
    if forwarded is not None:
        made.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return made


def seen(forwarded: str | None = None, *, proxies: int = 1, peer: str = PROXY) -> str:
    with override_settings(TRUSTED_PROXIES=proxies):
        return address.of(request(forwarded, peer=peer))


@pytest.mark.parametrize("forged", [FORGED, f"{FORGED}, {CLIENT}", "", ",,,"])
def test_without_a_proxy_of_ours_no_header_is_believed(forged):
    assert seen(forged, proxies=0) == PROXY


@pytest.mark.parametrize("forwarded", [CLIENT, f" {CLIENT} ", f"{FORGED},{CLIENT}"])
def test_behind_one_proxy_the_last_of_the_header_is_the_client(forwarded):
    assert seen(forwarded) == CLIENT


@pytest.mark.parametrize("before", ["", f"{FORGED}, ", f"{FORGED}, {PROXY}, ", "junk, , ", "," * 9])
def test_behind_two_it_is_the_one_before_whatever_the_client_had_sent(before):
    assert seen(f"{before}{CLIENT}, 10.0.0.2", proxies=2) == CLIENT


@pytest.mark.parametrize("forwarded", [None, "", CLIENT])
def test_a_header_that_has_not_passed_all_proxies_is_not_believed(forwarded):
    assert seen(forwarded, proxies=2) == PROXY


@pytest.mark.parametrize(
    "junk",
    [
        *("unknown", "_hidden", "1.2.3", "1.2.3.4.5", "1.2.3.4/8", "[", "[]", "::1:80:", "١.2.3.4"),
        *("127.1", "0x7f.0.0.1", "010.0.0.1", "'; --", "a" * 9_000, "\x00", "<b>", "host.test"),
    ],
)
def test_junk_in_place_of_an_address_is_counted_for_the_proxy(junk):
    assert seen(f"{FORGED}, {junk}") == PROXY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (f"{CLIENT}:51234", CLIENT),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        (f"::ffff:{CLIENT}", CLIENT),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_address_is_one_however_it_is_written(written, meant):
    assert seen(written) == meant


@pytest.mark.parametrize("peer", ["", "unix:", "junk"])
def test_who_is_connected_without_an_address_is_unknown(peer):
    assert seen(peer=peer, proxies=0) == "unknown"


def test_a_request_without_a_peer_is_unknown():
    made = request()
    del made.META["REMOTE_ADDR"]

    assert address.of(made) == "unknown"


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        (CLIENT, CLIENT),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        (f"::ffff:{CLIENT}", CLIENT),
        ("", "unknown"),
    ],
)
def test_of_ipv6_a_limit_counts_the_network_that_one_holder_has(peer, counted):
    assert address.counted(request(peer=peer)) == counted
