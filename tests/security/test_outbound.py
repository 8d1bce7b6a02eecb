"""A57, F38: a certificate is asked for who signed it, for its name and its end; a service that is away costs
nobody inside anything, and what it never took is given up in the open.
"""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from houqin.kernel import outbound
from houqin.kernel.invariants import outbox as invariants
from houqin.kernel.notices import actions as notices
from houqin.kernel.notices.actions import channels, outbox
from houqin.kernel.notices.models import Channel, Delivery, Notice
from tests import cast as people_of_tests

KEY = "0123456789ab"


class Says(BaseHTTPRequestHandler):
    heard: list[str] = []

    def do_GET(self):
        self.heard.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *said):
        pass


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def serve(authority, settings):
    """A server on loopback with the certificate it is given; answers its address."""
    running = []

    def start(*names: str, **more: datetime) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names, **more).configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        settings.OUTBOUND = (*settings.OUTBOUND, f"127.0.0.1:{server.server_port}")
        return f"https://127.0.0.1:{server.server_port}/send?key={KEY}"

    Says.heard.clear()
    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def test_a_certificate_is_asked_for_who_signed_it_its_name_and_its_end(
    serve, authority, monkeypatch, tmp_path
):
    """Seen to fail with a context that verifies nothing: the first of them was told the key."""
    stranger = serve("127.0.0.1")
    assert refusal(stranger) == "127.0.0.1 没有答复（SSLCertVerificationError）"
    authority.cert_pem.write_to_path(tmp_path / "ours.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ours.pem"))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for url in (serve("qyapi.weixin.qq.com"), serve("127.0.0.1", not_after=yesterday)):
        assert refusal(url) == "127.0.0.1 没有答复（SSLCertVerificationError）"
    assert Says.heard == []
    assert outbound.fetch_url(serve("127.0.0.1")).status == 200
    assert Says.heard == [f"/send?key={KEY}"]


def refusal(url: str) -> str:
    with pytest.raises(outbound.Unreachable) as no:
        outbound.fetch_url(url)
    return str(no.value)


# ── a service that is away (F38) ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def channel(cast, settings) -> Channel:
    settings.OUTBOUND = ("qyapi.weixin.qq.com", "127.0.0.1:9")
    return channels.open_channel(
        kind="wecom", name="维修群", address=f"https://qyapi.weixin.qq.com/send?key={KEY}", secret="",
        account="", post=cast["repairman"].holdings.get().post, act=cast.act("admin"),
    )  # fmt: skip


def away(*asked, **more):
    raise socket.gaierror(-3, f"no name, {KEY}")


def tell(cast) -> None:
    notices.post(cast["repairman"], "桌子", outside="报修 BX2026-0001 派工", act=cast.act("director"))


def go(cast, **later: int) -> int:
    return outbox.deliver(act=people_of_tests.system(cast.now + timedelta(**later)))


def test_what_is_done_inside_asks_nobody_outside(cast, channel, monkeypatch):
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *asked, **more: pytest.fail("looked up"))
    tell(cast)
    assert Delivery.objects.values_list("state", "tries").get() == ("waiting", 0)


@pytest.mark.parametrize(
    ("address", "said"),
    [("https://qyapi.weixin.qq.com", "查不到 qyapi.weixin.qq.com 在哪里"),
     ("https://127.0.0.1:9", "127.0.0.1 没有答复（ConnectionRefusedError）")],
)  # fmt: skip
def test_a_name_nobody_knows_and_a_door_that_is_shut_hold_the_channel(
    cast, channel, monkeypatch, address, said
):
    channels.readdress(channel, address=f"{address}/send?key={KEY}", secret="", act=cast.act("admin"))
    if "127" not in address:
        monkeypatch.setattr(outbound.socket, "getaddrinfo", away)
    tell(cast)
    assert go(cast, minutes=40) == 0
    channel.refresh_from_db()
    held = channel.held_until - cast.now - timedelta(minutes=40)
    assert (channel.last_answer, channel.failures, held) == (said, 1, timedelta(minutes=1))


def test_a_week_away_and_it_is_given_up_in_the_open(cast, channel, monkeypatch):
    """Tried at growing distances; then the row stands as given up, the administrators are told inside, and
    the check counts it. Seen to fail with the seven days left out.
    """
    asked = []
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *a, **k: asked.append(a) or away())
    tell(cast)
    for hour in range(1, 8 * 24, 4):
        go(cast, hours=hour)
    row = Delivery.objects.get()
    assert (row.state, row.answer, len(asked) < 100) == ("dead", "查不到 qyapi.weixin.qq.com 在哪里", True)
    told = Notice.objects.filter(to=cast["admin"]).order_by("pk").values_list("text", flat=True)
    assert [text.rpartition("，")[2] for text in told] == ["会再试", "停了 1 条"]
    assert KEY not in "".join(told) + row.answer
    assert [finding.found for finding in invariants.none_dead()] == ["1 条"]
