"""Pictures for the two READMEs and the manual, taken from the demo school at a fixed hour of a fixed day.

usage: scripts/pictures.sh [name]…     writes docs/pictures/<name>-1280.png and -390.png, each under 150 KB
"""

import os
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.browser import house as houses  # noqa: E402
from tests.browser import walk  # noqa: E402
from tests.browser.conftest import DESK, PHONE, enter  # noqa: E402
from tests.browser.house import House  # noqa: E402

OUT = ROOT / "docs" / "pictures"
LARGEST = 150_000
SIZES = {"1280": DESK | {"viewport": {"width": 1280, "height": 832}}, "390": PHONE}


def scan(page: Page, house: House) -> None:
    """A teacher in the doorway of 三(2)班: the kind touched, the words chosen."""
    page.goto(f"/s/{house.label('c32')[0]}/")
    walk.choose(page, walk.fault(house, "W05"))
    page.locator("[name=detail]").fill("触摸屏点了没有反应")
    page.locator("h1").click()


def matter(page: Page, house: House) -> None:
    """A repair that is signed, with its photo on the way."""
    sql = """SELECT m.number FROM kernel_matter m
             JOIN kernel_event e ON e.matter_id = m.id JOIN kernel_attachment a ON a.event_id = e.id
             WHERE m.state = 'signed' GROUP BY m.id ORDER BY count(DISTINCT a.id) DESC, m.id DESC LIMIT 1"""
    page.goto(f"/matters/{house.one(sql)}/")
    walk.loaded(page.locator(".hq-way img"))
    page.evaluate("scrollTo(0, 0)")


def figures(page: Page, house: House) -> None:
    page.goto("/repairs/figures/")
    page.locator("[data-chart] svg").first.wait_for()


def paper(page: Page, house: House) -> None:
    page.goto(f"/matters/{house.one(SIGNED)}/paper/")


SIGNED = "SELECT number FROM kernel_matter WHERE state = 'signed' ORDER BY id DESC LIMIT 1"
PICTURES: dict[str, tuple[str, str | Callable[[Page, House], None]]] = {
    "desk": ("director", "/"),
    "scan": ("teacher", scan),
    "matter": ("director", matter),
    "register": ("director", "/repairs/repairs/"),
    "jobs": ("electrician", "/repairs/jobs/"),
    "clauses": ("director", "/clauses/1.1.4d/"),
    "statistics": ("director", figures),
    "paper": ("director", paper),
    "login": ("", "/login/"),
}


def main(names: list[str]) -> int:
    """Take the pictures named, or all of them."""
    if not (path := houses.chromium()):
        print("没有浏览器，图没有拍。装上 Chromium 再来。", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        houses.running(houses.copied(Path(scratch) / "data"), still=True) as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=houses.FLAGS)
        for name in names or PICTURES:
            for size in SIZES:
                take(browser, house, name, size)
        browser.close()
    return 0


def take(browser: Browser, house: House, name: str, size: str) -> None:
    role, way = PICTURES[name]
    context = browser.new_context(
        **SIZES[size],
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        base_url=house.url,
        reduced_motion="reduce",
    )
    page = context.new_page()
    if role:
        enter(page, role)
    page.goto(way) if isinstance(way, str) else way(page, house)
    page.wait_for_function("document.documentElement.dataset.ready")
    file = OUT / f"{name}-{size}.png"
    file.write_bytes(small(page.screenshot()))
    print(f"  {file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} KB", flush=True)
    context.close()


def small(shot: bytes) -> bytes:
    """The same picture in as many colours as fit under the limit."""
    image = Image.open(BytesIO(shot)).convert("RGB")
    for colors in (256, 128, 64):
        packed = BytesIO()
        image.quantize(colors, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            packed, "PNG", optimize=True
        )
        if packed.tell() < LARGEST:
            return packed.getvalue()
    raise SystemExit("a picture is larger than 150 KB in 64 colours")


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
