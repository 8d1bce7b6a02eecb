"""The posts a school starts with and the duties that rules ask for (domain/roles.md 4.2);
editable rows afterwards.

Duty codes: `view-<area>` sees every matter of an area, `read-only` never writes, `approve-*` decide a step.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PostSeed:
    """岗位: code, name, order in lists, and its duties as (code, sentence)."""

    code: str
    name: str
    duties: tuple[tuple[str, str], ...] = ()


POSTS = (
    PostSeed("principal", "校长", (
        ("view-all", "掌握学校后勤和安全全局"), ("overseer", "督办逾期的事"), ("approve-principal", "审批大额支出，付款最后签字"),
        ("approve-superior", "原审批人应回避时代为审批"))),
    PostSeed("vice-principal", "分管副校长", (
        ("view-all", "分管后勤和安全，掌握各项工作"), ("overseer", "督办逾期的事"), ("approve-vice", "审批中等金额的支出"),
        ("approve-superior", "原审批人应回避时代为审批"))),
    PostSeed("director", "总务主任", (
        ("office", "主持总务处日常工作"), ("view-all", "掌握后勤各项工作"), ("repair-dispatcher", "受理、派工，检查维修质量"),
        ("overseer", "催办、督办"), ("approve-director", "审批小额支出"), ("house-keeper", "维护场所、人员、类别等家底"))),
    PostSeed("accountant", "会计", (("approve-budget", "审核预算和票据"),)),
    PostSeed("cashier", "出纳", (("pay", "付款、收款、开票"),)),
    PostSeed("assets-keeper", "资产管理员", (("view-repairs", "掌握校产损坏和维修情况"), ("assets-keeper", "登记、盘点、调拨校产"))),
    PostSeed("store-keeper", "仓库管理员", (("store-keeper", "收、发、盘点库存"),)),
    PostSeed("buyer", "采购员", (("buyer", "询价、下单"),)),
    PostSeed("repairman", "维修工", (("repair-worker", "维修门窗、桌椅、水和土建"),)),
    PostSeed("electrician", "水电工", (("repair-worker", "维修电路、灯具、空调和设备"),)),
    PostSeed("guard", "保安", (("gate", "门卫值守、访客登记、校园巡逻"),)),
    PostSeed("cleaner", "保洁员", (("clean", "打扫包干区"),)),
    PostSeed("gardener", "绿化工", (("garden", "养护花木"),)),
    PostSeed("canteen-manager", "食堂管理员", (("canteen", "管理食堂"),)),
    PostSeed("food-officer", "食品安全员", (("food-daily", "日管控"),)),
    PostSeed("food-director", "食品安全总监", (("food-weekly", "周排查"),)),
    PostSeed("nurse", "卫生老师", (("health", "卫生评比、消毒、晨检"),)),
    PostSeed("class-teacher", "班主任", (("class", "管理班级物品，签收本班维修"),)),
    PostSeed("teacher", "教师", (("teach", "爱护设施，发现损坏及时报修"),)),
    PostSeed("room-keeper", "专用室保管员", (("room", "保管专用室和器材"),)),
    PostSeed("moral-office", "政教处", (("moral", "护学岗、教育活动"),)),
    PostSeed("academic-office", "教务处", (("academic", "课表、专用室排课"),)),
    PostSeed("finance-group", "民主理财小组", (("finance-review", "查阅凭证，提出意见"),)),
    PostSeed("inspector", "上级检查", (("view-all", "在授权期限内查看"), ("read-only", "只看不办"))),
    PostSeed("admin", "系统管理员", (
        ("accounts", "开户、停用、授权"), ("house-keeper", "维护场所、人员、类别等家底"), ("backup", "备份和恢复"))),
)  # fmt: skip
