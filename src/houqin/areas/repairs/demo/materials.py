"""What the demo's stories are made of: the school as they need it, what breaks, and pictures to look at."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from houqin.kernel.act import Act
from houqin.kernel.attachments.actions import Kept, Upload
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.terms import clock
from houqin.kernel.terms.clock import Hours

from ..models import FaultType, Repair

FAULTS = Path(__file__).parents[1] / "seed" / "demo_faults.csv"


@dataclass(frozen=True)
class Fault:
    """What broke, what it was, and what it took."""

    code: str
    where: str
    detail: str
    cause: str
    fix: str
    parts: list[dict[str, object]]


@dataclass
class Stage:
    """The school as the stories need it."""

    rng: Random
    hours: Hours
    people: dict[str, Person]
    rooms: dict[str, list[Place]]  # by kind: class toilet office room canteen outdoor
    teachers: list[Person]
    types: dict[str, FaultType] = field(default_factory=dict)
    photos: list[Upload] = field(default_factory=list)
    hands: list[Kept] = field(default_factory=list)  # drawn signatures
    again: list[tuple[Fault, Place]] = field(default_factory=list)  # what keeps breaking

    def act(self, by: Person | str, at: datetime) -> Act:
        return Act(by=self.people[by] if isinstance(by, str) else by, at=at, via="demo")

    def later(self, at: datetime, least: int, most: int) -> datetime:
        """Some working minutes on, at an odd second."""
        return clock.after(at, self.rng.randint(least, most), self.hours) + timedelta(
            seconds=self.rng.randint(0, 40)
        )

    def matter(self, repair: Repair) -> Matter:
        return Matter.objects.select_related("holder").get(pk=repair.pk)

    def place(self, code: str) -> Place:
        return Place.objects.get(code=code)

    def photo(self, chance: float) -> list[Upload]:
        return [self.rng.choice(self.photos)] if self.rng.random() < chance else []


def read_faults() -> list[Fault]:
    with FAULTS.open(encoding="utf-8", newline="") as rows:
        return [_fault(row) for row in csv.DictReader(rows)]


def _fault(row: dict[str, str]) -> Fault:
    part = {
        "name": row["part"],
        "unit": row["unit"],
        "quantity_milli": int(row["milli"]),
        "price_fen": int(row["price"]),
    }
    return Fault(
        row["code"], row["where"], row["detail"], row["cause"], row["fix"], [part] if row["part"] else []
    )


def picture(rng: Random) -> bytes:
    """A small drawing of a ceiling, a pipe, a door: something to look at, the same for the same seed."""
    drawing = Image.new("RGB", (480, 360), rng.choice(("#e9e6df", "#e3ddd2", "#dfe6e9")))
    pen = ImageDraw.Draw(drawing)
    for x in range(0, 480, 160):
        pen.line((x, 0, x, 360), fill="#d8d3c8", width=3)
    for y in range(0, 360, 120):
        pen.line((0, y, 480, y), fill="#d8d3c8", width=3)
    for _ in range(rng.randint(2, 4)):
        x, y = rng.randint(20, 300), rng.randint(30, 300)
        fill = rng.choice(("#fffdf2", "#8c8a84", "#5f7c99"))
        pen.rounded_rectangle((x, y, x + rng.randint(90, 170), y + 26), 12, fill=fill, outline="#b5afa2")
    x, y = rng.randint(120, 360), rng.randint(90, 270)
    pen.ellipse((x - 40, y - 40, x + 40, y + 40), outline="#b42318", width=7)
    held = BytesIO()
    drawing.save(held, "JPEG", quality=80)
    return held.getvalue()


def hand(rng: Random) -> bytes:
    """A name as somebody writes it in a hurry on a pad: a few strokes of a pen."""
    drawing = Image.new("RGBA", (600, 240), (255, 255, 255, 0))
    pen = ImageDraw.Draw(drawing)
    for stroke in range(rng.randint(3, 5)):
        x, y = 70 + stroke * 95 + rng.randint(-15, 15), rng.randint(70, 150)
        points = [(x, y)]
        for _ in range(rng.randint(4, 7)):
            x, y = x + rng.randint(-8, 34), min(205, max(35, y + rng.randint(-70, 70)))
            points.append((x, y))
        pen.line(points, fill="#1a1d21", width=7, joint="curve")
    held = BytesIO()
    drawing.save(held, "PNG")
    return held.getvalue()
