"""The school's own certificates: what they say, when they are exchanged, what never changes."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from houqin.config import https


@pytest.fixture
def keys(tmp_path, monkeypatch):
    monkeypatch.setattr(https, "names_of_this_machine", lambda: ["192.168.1.20", "office.local"])
    https.prepare(tmp_path)
    return tmp_path / "keys"


def machine(keys):
    return x509.load_pem_x509_certificate(https._bytes_of(keys / https.MACHINE))


def named(held):
    said = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*said.get_values_for_type(x509.DNSName), *map(str, said.get_values_for_type(x509.IPAddress))}


def test_the_machines_certificate_names_it_and_runs_no_longer_than_phones_allow(keys):
    held = machine(keys)
    assert named(held) == {"127.0.0.1", "localhost", "192.168.1.20", "office.local"}
    assert timedelta(days=396) < held.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=397)
    shown = x509.load_der_x509_certificate((keys / https.SHOWN).read_bytes())
    held.verify_directly_issued_by(shown)
    assert b"PRIVATE" not in (keys / https.SHOWN).read_bytes()
    assert (
        (keys / https.AUTHORITY).stat().st_mode & 0o777,
        (keys / https.MACHINE).stat().st_mode & 0o777,
    ) == (
        0o600,
        0o600,
    )


def test_another_address_brings_another_certificate_under_the_same_authority(keys, monkeypatch):
    """Seen to fail with the names left out of `_still_good`."""
    before, authority = machine(keys), (keys / https.SHOWN).read_bytes()
    https.prepare(keys.parent)
    assert machine(keys) == before
    monkeypatch.setattr(https, "names_of_this_machine", lambda: ["192.168.1.77"])
    https.prepare(keys.parent)
    assert named(machine(keys)) == {"127.0.0.1", "localhost", "192.168.1.77"}
    assert (keys / https.SHOWN).read_bytes() == authority


def test_thirty_days_before_its_end_it_is_exchanged(keys, monkeypatch):
    before = machine(keys)
    monkeypatch.setattr(https, "RENEW", timedelta(days=398))
    https.prepare(keys.parent)
    assert machine(keys).serial_number != before.serial_number


def test_a_running_server_serves_the_new_one(keys, monkeypatch):
    """The context is the one the connections are made with. Seen to fail with `load_cert_chain` left out."""
    monkeypatch.setenv("HOUQIN_DATA", str(keys.parent))
    made = https.adapter()
    monkeypatch.setattr(https, "names_of_this_machine", lambda: ["192.168.1.77"])
    https.renew(made)
    assert served(made.context) == machine(keys).serial_number


def served(context):
    """What a new connection is shown: a handshake in memory."""
    into, out, back, forth = (ssl.MemoryBIO() for _ in range(4))
    asks = ssl.create_default_context()
    asks.check_hostname, asks.verify_mode = False, ssl.CERT_NONE
    client, server = asks.wrap_bio(into, out), context.wrap_bio(back, forth, server_side=True)
    for _ in range(4):
        for side, given, taken in ((client, out, back), (server, forth, into)):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
            taken.write(given.read())
    return x509.load_der_x509_certificate(client.getpeercert(binary_form=True)).serial_number
