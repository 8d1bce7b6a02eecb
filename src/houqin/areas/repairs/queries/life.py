"""生活服务: the catalogue of daily life, each line with who does it, how fast, and how well it was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q

from houqin.kernel.act import Act
from houqin.kernel.people.queries import duty_name

from ..models import FaultType, Repair
from .figures import reached
from .finding import worker_for

CLOSED = ("signed", "timed_out", "closed_by_office")


@dataclass(frozen=True)
class Service:
    """One line of the catalogue. `minutes` are those of its ordinary clock, counted over a time."""

    fault_type: FaultType
    who: str
    asked: int
    closed: int
    rated: int
    mean: float | None


def catalogue(since: datetime, until: datetime, act: Act) -> list[Service]:
    """What may be asked for in daily life: faults that are reported and things that are asked for alike."""
    types = FaultType.objects.filter(closed_on=None).exclude(life="").select_related("worker")
    rows = reached(Repair.objects.filter(fault_type__in=types), since, until).order_by()
    counted: dict[int, Mapping[str, Any]] = {
        row["fault_type"]: row
        for row in rows.values("fault_type").annotate(
            asked=Count("pk"), closed=Count("pk", filter=Q(matter__state__in=CLOSED)),
            rated=Count("rating", filter=Q(matter__state__in=CLOSED)), mean=Avg("rating"),
        )
    }  # fmt: skip
    return [_service(row, counted.get(row.pk, {}), act) for row in types.order_by("request", "rank", "pk")]


def _service(row: FaultType, found: Mapping[str, Any], act: Act) -> Service:
    worker = worker_for(row, act.day)
    who = worker.name if worker else duty_name(row.duty) or "总务处派工"
    told = {name: found.get(name, 0) for name in ("asked", "closed", "rated")}
    return Service(row, who, **told, mean=found.get("mean"))
