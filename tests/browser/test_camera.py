"""Codes read in the page: by a camera that films a label, from a photo, without a camera; and by https."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import segno
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from playwright.sync_api import BrowserType, FilePayload, Page, expect

from . import house as houses
from . import walk
from .conftest import Window, enter
from .house import House


def drawn(text: str) -> Image.Image:
    """A label as it hangs on a wall, 640 × 480."""
    code = BytesIO()
    segno.make(text, error="q").save(code, kind="png", scale=8, border=4)
    wall = Image.new("RGB", (640, 480), "#dcd6c8")
    label = Image.open(code).convert("RGB")
    wall.paste(label, ((640 - label.width) // 2, (480 - label.height) // 2))
    return wall


def photo(text: str) -> FilePayload:
    kept = BytesIO()
    drawn(text).save(kept, "JPEG", quality=85)
    return {"name": "标签.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def film(path: Path, text: str) -> Path:
    """One frame of it as Chromium's pretended camera plays it, over and over."""
    y, u, v = drawn(text).convert("YCbCr").split()
    half = [plane.resize((320, 240)).tobytes() for plane in (u, v)]
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\nFRAME\n" + y.tobytes() + b"".join(half))
    return path


def test_a_code_of_another_house_is_named_and_not_opened(window: Window) -> None:
    """Seen to fail with anything after /s/ taken for a label."""
    page = window.open("teacher")
    page.goto("/scan/")
    read(page, "https://example.com/pay?to=someone")
    expect(page.locator("[data-say]")).to_contain_text("不是学校的标签，没有打开")
    expect(page.locator("[data-say]")).to_contain_text("https://example.com/pay?to=someone")
    read(page, "https://example.com/s/short/")
    expect(page.locator("[data-say]")).to_contain_text("example.com/s/short/")
    expect(page).to_have_url(re.compile("/scan/$"))


def read(page: Page, text: str) -> None:
    page.locator("[data-photo] input").set_input_files(photo(text))


def test_a_photo_of_a_label_printed_for_another_address_leads_to_the_place(window: Window) -> None:
    spot = walk.spots(window.house)[0]
    page = window.open("teacher")
    page.goto("/scan/")
    read(page, f"http://192.168.1.20:8000/s/{spot.token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(spot.name)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[House]:
    """`houqin start --https`, the authority made at the start."""
    with houses.running(houses.copied(tmp_path / "data"), https=True) as running:
        yield running


def test_by_https_the_camera_reads_a_label_and_the_shell_stands_in_for_the_net(
    secure: House, browser_type: BrowserType, browser_type_launch_args: dict, tmp_path: Path
) -> None:
    """The school's LAN: own certificate trusted by its key (as on a phone with the authority), `__Host-`
    cookies, camera, program stored; without a net the same label opens its blank form."""
    spot = walk.spots(secure)[0]
    wall = film(tmp_path / "wall.y4m", f"{secure.url}/s/{spot.token}/")
    args = [*browser_type_launch_args["args"], "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={wall}",
            f"--ignore-certificate-errors-spki-list={key_of(secure)}"]  # fmt: skip
    browser = browser_type.launch(executable_path=browser_type_launch_args["executable_path"], args=args)
    context = browser.new_context(base_url=secure.url, has_touch=True, is_mobile=True, permissions=["camera"])
    page = context.new_page()
    enter(page, "repairman")
    assert {one["name"]: one["secure"] for one in context.cookies()} == {
        "__Host-sid": True, "__Host-csrf": True, "__Host-device": True,
    }  # fmt: skip
    page.goto("/scan/")
    page.locator("html[data-carried]").wait_for(state="attached")
    page.get_by_role("button", name="打开摄像头").click()
    page.wait_for_url(f"**/s/{spot.token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(spot.name)
    page.wait_for_timeout(500)
    context.set_offline(True)
    page.goto(f"/s/{spot.token}/")
    expect(page.locator("[data-shell] h1")).to_contain_text(spot.name)
    browser.close()


def key_of(house: House) -> str:
    """The hash of the key that the server shows, checked against the authority that phones install."""
    trust = ssl.create_default_context(cadata=(house.data / "keys/authority.crt").read_bytes())
    port = int(house.url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        trust.wrap_socket(plain, server_hostname="127.0.0.1") as told,
    ):
        shown = x509.load_der_x509_certificate(told.getpeercert(binary_form=True) or b"")
    key = shown.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def test_where_the_address_is_not_encrypted_the_page_says_so_and_reads_a_photo(
    house: House, browser_type: BrowserType, browser_type_launch_args: dict
) -> None:
    """http on the LAN: no camera, no queue; the photo, the typed code and the slips work as they did."""
    args = [*browser_type_launch_args["args"], "--host-resolver-rules=MAP office.school 127.0.0.1"]
    browser = browser_type.launch(executable_path=browser_type_launch_args["executable_path"], args=args)
    spot = walk.spots(house)[0]
    context = browser.new_context(base_url=house.url.replace("127.0.0.1", "office.school"), has_touch=True)
    page = context.new_page()
    enter(page, "teacher")
    page.goto("/waiting/")
    expect(page.locator("main")).to_contain_text("这个网址没有加密")
    page.goto("/scan/")
    expect(page.locator("[data-say]")).to_contain_text("不能直接用摄像头")
    expect(page.get_by_role("button", name="打开摄像头")).to_be_hidden()
    read(page, f"{house.url}/s/{spot.token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(spot.name)
    context.set_offline(True)
    page.locator("[name=detail]").fill("没有加密也不丢")
    page.get_by_role("button", name="报修", exact=True).click()
    expect(page.locator("[data-said]")).to_contain_text(
        "连不上服务器，没有等到回音：可能已经保存，也可能没有"
    )
    expect(page.locator("[name=detail]")).to_have_value("没有加密也不丢")
    browser.close()
