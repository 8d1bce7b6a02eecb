"""故障类别, and what a school starts with."""

from typing import Any

from django.db import transaction

from houqin.kernel.act import Act
from houqin.kernel.approvals import actions as approvals
from houqin.kernel.approvals import queries as routes
from houqin.kernel.audit import actions as audit
from houqin.kernel.errors import Refused

from .. import queries
from ..flow import REPAIR
from ..models import FaultType


def enter_fault_type(*, act: Act, **values: Any) -> FaultType:
    """Enter a fault type; refuses a code that is there."""
    if FaultType.objects.filter(code=values["code"]).exists():
        raise Refused(f"故障类别代码“{values['code']}”已经有了，没有保存。换一个代码。", field="code")
    return audit.add(FaultType, act=act, **values)


def change_fault_type(fault_type: FaultType, *, act: Act, seen: dict[str, str] | None = None, **values: Any) -> FaultType:
    return audit.change(fault_type, seen=seen, act=act, **values)


@transaction.atomic
def lay_out(*, act: Act) -> int:
    """What a school starts with: the shipped fault types and the tiers for outside repairs; nothing that is there."""
    known = set(FaultType.objects.values_list("code", flat=True))
    fresh = [row for row in queries.shipped_fault_types() if row.code not in known]
    audit.add_many(FaultType, fresh, act=act, note="随系统提供")
    if routes.rules_on(REPAIR.kind, act.day) is None:
        approvals.issue_rules(
            REPAIR.kind, effective_from=act.day, authority="外修审批默认档（可改）", ranges=queries.SHIPPED_TIERS, act=act
        )
    return len(fresh)
