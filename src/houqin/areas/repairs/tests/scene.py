"""A school with its fault types laid out:
lamps go to the electrician, desks to the repairman, the rest to dispatch."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image

from houqin.areas.repairs import actions
from houqin.areas.repairs.models import FaultType, Repair
from houqin.kernel.act import Act
from houqin.kernel.attachments.actions import Upload, keep
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.queries import SYSTEM, built_in
from tests.cast import Cast

PART = {"name": "LED 灯管", "unit": "支", "quantity_milli": 2000, "price_fen": 1880}


def at(*when: int) -> datetime:
    return timezone.make_aware(datetime(*when))


@cache
def photo() -> Upload:
    """A picture in the store, as `attach` takes it; redrawn once for all tests."""
    drawn = BytesIO()
    Image.new("RGB", (64, 48), "#d8d3c8").save(drawn, "JPEG")
    return keep([Upload("灯.jpg", drawn.getvalue())])[0]


@dataclass
class Scene:
    """The cast, the fault types by code, and a photo."""

    cast: Cast
    types: dict[str, FaultType]
    photo: Upload

    @classmethod
    def of(cls, cast: Cast) -> "Scene":
        act = Act(by=cast["director"], at=at(2026, 9, 1, 8, 0), via="test")
        actions.lay_out(act=act)
        FaultType.objects.filter(code="W02").update(worker=cast["electrician"])
        FaultType.objects.filter(code="W04").update(worker=cast["repairman"])
        return cls(cast, {row.code: row for row in FaultType.objects.select_related("worker")}, photo())

    def act(self, role: str, when: datetime | None = None) -> Act:
        return self.cast.act(role, at=when)

    def system(self, when: datetime) -> Act:
        return Act(by=built_in(SYSTEM), at=when, via="tick")

    def report(self, role: str = "teacher", code: str = "W04", **more: Any) -> Matter:
        """Reported in classroom 3(2); the answer is its matter, fresh from the database."""
        when = more.pop("at", None)
        facts = {"detail": "桌腿松了", "place": self.cast.place("c32")} | more
        return self.again(actions.report(fault_type=self.types[code], act=self.act(role, when), **facts))

    def fixed(
        self, role: str = "teacher", code: str = "W04", worker: str = "repairman", **more: Any
    ) -> Matter:
        matter = self.report(role, code, **more)
        self.finish(matter, worker)
        return self.again(matter)

    def finish(
        self, matter: Matter, worker: str = "repairman", when: datetime | None = None, **more: Any
    ) -> None:
        said = {"cause": "wear", "fix": "紧固", "photos": [self.photo]} | more
        actions.finish(matter, act=self.act(worker, when), **said)

    def again(self, thing: Matter | Repair) -> Matter:
        """The matter as it stands now, with nothing remembered."""
        return Matter.objects.select_related("repair__fault_type", "place", "holder", "opened_by").get(
            pk=thing.pk
        )
