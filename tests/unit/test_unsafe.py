"""没有加密的网址: said on a phone's desk, and nowhere where the camera works."""

import pytest


@pytest.mark.parametrize(
    ("host", "more", "said"),
    [
        ("localhost", {}, False), ("127.0.0.1:8000", {}, False), ("[::1]:8000", {}, False),
        ("testserver", {"secure": True}, False), ("testserver", {}, True),
    ],
)  # fmt: skip
def test_said_where_a_browser_gives_no_camera(web, settings, host, more, said):
    settings.ALLOWED_HOSTS = ["*"]
    browser = web.as_("teacher")
    page = browser.get("/", HTTP_HOST=host, **more)
    assert (page.status_code, "这个网址没有加密" in page.content.decode()) == (200, said)
