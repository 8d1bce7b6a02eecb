"""Secrets are made at the first start, and samples are refused: A53."""

import stat
from ast import literal_eval

import pytest
from django.conf import settings
from django.contrib.auth import hashers

from houqin.config.keys import read_or_make
from houqin.ui import client as clients
from tests.command import script


def test_a_key_is_made_once_and_only_we_may_read_it(tmp_path):
    made = read_or_make(tmp_path, "secret")
    path = tmp_path / "keys" / "secret"
    assert (len(made) >= 50, read_or_make(tmp_path, "secret") == made, stat.S_IMODE(path.stat().st_mode)) == (
        True,
        True,
        0o600,
    )


@pytest.mark.parametrize(
    "sample",
    [
        "",
        "short",
        "Zq8rT2vYk5Lw9xBnP3sHd7",
        "changeme" * 8,
        "django-insecure-" + "a1b2c3d4" * 6,
        "x" * 60,
        "ab" * 30,
    ],
)
def test_a_sample_does_not_start(tmp_path, sample):
    """Seen to fail with each of the three questions left out of `read_or_make`."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret").write_text(sample)
    with pytest.raises(SystemExit, match="不合格"):
        read_or_make(tmp_path, "secret")


def test_cookies_hold_json_and_nothing_that_runs():
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    assert (settings.DEBUG, settings.USE_X_FORWARDED_HOST, "*" in settings.ALLOWED_HOSTS) == (
        False,
        False,
        False,
    )


@pytest.mark.real_passwords
def test_passwords_are_kept_by_argon2id_with_19_mib():
    encoded = hashers.make_password("三只白鹭过了河 sanbai")
    assert encoded.split("$")[1:4] == ["argon2id", "v=19", "m=19456,t=2,p=1"]
    assert hashers.check_password("三只白鹭过了河 sanbai", encoded)


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("10.0.0.5", "1.2.3.4", "10.0.0.5"),
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("127.0.0.1", "6.6.6.6, 1.2.3.4, 127.0.0.1", "1.2.3.4"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::ffff:127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("", "1.2.3.4", "0.0.0.0"),
    ],
)
def test_the_address_is_the_last_one_that_is_not_our_proxy(rf, settings, peer, forwarded, found):
    settings.TRUSTED_PROXIES = ("127.0.0.1",)
    request = rf.get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert clients.client_ip(request) == found


def test_a_phones_whole_ipv6_network_counts_as_one():
    assert (
        clients.counted_as("2001:db8:1:2:aaaa::1")
        == clients.counted_as("2001:db8:1:2:bbbb::2")
        == "2001:db8:1:2::/64"
    )
    assert clients.counted_as("10.1.2.3") == "10.1.2.3"


def test_what_the_address_of_the_database_asks_holds_for_both_connections(tmp_path):
    """sslmode of a school's own PostgreSQL; what only reads stays so. Seen to fail with them replaced."""
    address = "postgres://houqin@db.school/houqin?sslmode=verify-full&options=-c%20search_path%3Dhouqin"
    asked = "from houqin.config import settings as s; print(s.DATABASES['reader']['OPTIONS'])"
    (tmp_path / "data").mkdir()
    said = script(tmp_path / "data", asked, DATABASE_URL=address)
    assert literal_eval(said.out) == {
        "sslmode": "verify-full", "options": "-c search_path=houqin -c default_transaction_read_only=on",
    }  # fmt: skip
