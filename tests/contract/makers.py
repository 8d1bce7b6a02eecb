"""One open matter of each kind, of one person and in another's hands, made by the area's own actions."""

from collections.abc import Callable

from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.models import FaultType
from houqin.kernel.matters.models import Matter
from tests.cast import Cast


def repair(cast: Cast) -> Matter:
    """Reported by the teacher of 三(2)班, in the hands of the repairman."""
    repairs.lay_out(act=cast.act("director"))
    kind = FaultType.objects.filter(after_photo=False).order_by("pk")[0]
    teacher = cast.act("class-teacher")
    made = repairs.report(place=cast.place("c32"), fault_type=kind, detail="后排灯管不亮", act=teacher)
    matter = Matter.objects.get(pk=made.pk)
    if matter.holder is None:
        repairs.dispatch(matter, worker=cast["repairman"], note="", act=cast.act("director"))
    return Matter.objects.select_related("holder", "place", "opened_by").get(pk=made.pk)


MAKERS: dict[str, Callable[[Cast], Matter]] = {"repairs.repair": repair}
