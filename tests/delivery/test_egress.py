"""The egress guard: a table of addresses that must never be reached, and of tricks that hide them."""

from collections.abc import Sequence

import pytest

from bothsides.delivery.egress import EgressPolicy, EgressRefused, Target, guarded_mail, guarded_url, not_public

ADDRESSES = """
127.0.0.1 127.255.255.254 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1
192.168.255.255 169.254.169.254 169.254.170.2 169.254.0.1 100.64.0.1 100.100.100.200 100.127.255.255
192.0.0.1 192.0.0.192 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 192.88.99.1 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::127.0.0.1 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 3fff::1 3ffe::1 5f00::1 fc00::1 fd00:ec2::254
fd12:3456:789a::1 fe80::1 fe80::a9fe:a9fe fec0::1 ff02::1 ff0e::1 fe80::1%eth0 2a00:1450::1%eth0 2620:4f:8000::1
""".split()

URLS = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com:443/",
    "//example.com/",
    "example.com",
    "",
    "https://",
    "https:///path",
    "https://example.com:22/",
    "https://example.com:8443/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:4 43/",
    "https://user@example.com/",
    "https://user:pass@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1\\@example.com/",
    "https://example.com\\.evil.test/",
    "https://exa mple.com/",
    "https://example.com/\r\nHost: other",
    "https://example.com\t/",
    "https://example.com/\x00",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.000.000.001/",
    "https://10.0.0.1.0x1/",
    "https://127.0.0.1./",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://１２７.0.0.1/",
    "https://ⓔxample.com/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://example..com/",
    "https://.example.com/",
    "https://-example.com/",
    "https://" + "a." * 130 + "com/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://inside.test/",
    "https://mixed.test/",
    "https://metadata.google.internal/",
]

NAMES = {
    "example.com": ["93.184.216.34", "2606:2800:220:1::1"],
    "localhost": ["127.0.0.1"],
    "inside.test": ["10.1.2.3"],
    "mixed.test": ["93.184.216.34", "192.168.1.1"],
    "metadata.google.internal": ["169.254.169.254"],
}
POLICY = EgressPolicy()


def found(host: str, port: int) -> Sequence[str]:
    assert port
    if host in NAMES:
        return NAMES[host]
    if host[0].isdigit() or ":" in host:
        return [host]
    return ["93.184.216.34"]


def test_the_table_is_long_enough() -> None:
    assert len(set(ADDRESSES)) + len(set(URLS)) >= 100


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_are_never_reached(address: str) -> None:
    assert not_public(address)
    with pytest.raises(EgressRefused, match="not a public address"):
        guarded_url("https://example.test/", POLICY, resolve=lambda host, port: [address])


@pytest.mark.parametrize("url", URLS)
def test_urls_that_are_never_reached(url: str) -> None:
    with pytest.raises(EgressRefused):
        guarded_url(url, POLICY, resolve=found)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_public_addresses_are_reached(address: str) -> None:
    assert not_public(address) is None
    assert guarded_url("https://example.test/", POLICY, resolve=lambda host, port: [address]).address == address


def test_a_good_url_is_pinned_to_the_address_that_was_judged() -> None:
    looked_up = []

    def once(host: str, port: int) -> Sequence[str]:
        looked_up.append((host, port))
        return ["2606:2800:220:1::1"]

    target = guarded_url("https://Example.COM./a%2Fb?x=1#part", POLICY, resolve=once)
    assert target == Target(
        scheme="https", host="example.com", port=443, path="/a%2Fb?x=1", address="2606:2800:220:1::1"
    )
    assert target.pinned_url == "https://[2606:2800:220:1::1]:443/a%2Fb?x=1"
    assert target.authority == "example.com"
    assert looked_up == [("example.com", 443)]


def test_named_hosts_of_the_own_network_are_reached_but_never_where_clouds_keep_credentials() -> None:
    policy = EgressPolicy(allow_hosts=("inside.test", "127.0.0.1", "metadata.google.internal", "trick.test"))
    assert guarded_url("http://inside.test:8080/x", policy, resolve=found).pinned_url == "http://10.1.2.3:8080/x"
    assert guarded_url("http://127.0.0.1:9000", policy, resolve=found).path == "/"
    for url, address in (
        ("http://metadata.google.internal/", "169.254.169.254"),
        ("http://trick.test/", "::ffff:169.254.169.254"),
        ("http://trick.test/", "fd00:ec2::254"),
        ("http://trick.test/", "100.100.100.200"),
        ("http://trick.test/", "fe80::1"),
    ):
        with pytest.raises(EgressRefused, match="clouds keep credentials"):
            guarded_url(url, policy, resolve=lambda host, port, address=address: [address])
    with pytest.raises(EgressRefused, match="own network"):
        guarded_url("https://notinside.test/", policy, resolve=lambda host, port: ["10.1.2.3"])
    with pytest.raises(EgressRefused, match="scheme 'ftp'"):
        guarded_url("ftp://inside.test/", policy, resolve=found)


def test_mail_relays_are_guarded_too() -> None:
    assert guarded_mail("Mail.Example.com", 587, POLICY, resolve=found).host == "mail.example.com"
    with pytest.raises(EgressRefused, match="port 6379 is not allowed for mail; allowed: 25, 465, 587, 2525"):
        guarded_mail("mail.example.com", 6379, POLICY, resolve=found)
    with pytest.raises(EgressRefused, match="not a public address"):
        guarded_mail("localhost", 25, POLICY, resolve=found)


def test_no_address_is_told_apart_from_a_refusal_and_paths_stay_secret() -> None:
    with pytest.raises(OSError, match="no address"):
        guarded_url("https://example.com/", POLICY, resolve=lambda host, port: [])
    with pytest.raises(EgressRefused) as told:
        guarded_url("https://localhost/services/T0/canary", POLICY, resolve=found)
    assert "canary" not in str(told.value)
