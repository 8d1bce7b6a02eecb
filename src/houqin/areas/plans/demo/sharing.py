"""Who answers for which clause in the demo school, and the tasks of its term."""

from __future__ import annotations

from dataclasses import dataclass

# by the head of the clause's code, the first that fits: owner, checker, due on the n-th day of the term
# (none: at its end)
OWNERS: tuple[tuple[str | int | None, ...], ...] = (
    ("G1", "vice-principal", "principal", None), ("G2", "director", "academic-office", None),
    ("G3", "director", "teacher", None), ("G", "director", "vice-principal", None),
    ("1.1.1d", "director", "vice-principal", None), ("1.1.1", "director", "vice-principal", 75),
    ("1.1.2", "director", "vice-principal", 30), ("1.1.3b", "repairman", "director", None),
    ("1.1.3c", "electrician", "director", 60), ("1.1.3", "director", "teacher", None),
    ("1.1.4d", "repairman", "director", None), ("1.1.4", "guard", "director", None),
    ("1.2.1", "director", "vice-principal", 60), ("1.2.3", "assets-keeper", "director", None),
    ("1.2.4a", "buyer", "accountant", None), ("1.2.4b", "store-keeper", "accountant", None),
    ("1.2", "director", "vice-principal", None), ("1.3.1b", "moral-office", "director", 75),
    ("1.3.1", "gardener", "director", None), ("1.3.2", "room-keeper", "director", None),
    ("1.4.2", "finance-group", "principal", 70), ("1.4.4", "accountant", "principal", None),
    ("1.4", "accountant", "finance-group", None), ("2.1.2", "moral-office", "vice-principal", None),
    ("2.1.4", "moral-office", "vice-principal", None), ("2.1.5a", "guard", "director", None),
    ("2.1.5b", "cleaner", "nurse", None), ("2.1.3a", "electrician", "director", 60),
    ("2.1", "vice-principal", "principal", None), ("2.2.1", "repairman", "director", None),
    ("2.2.2c", "assets-keeper", "accountant", 27), ("2.2.2", "assets-keeper", "director", None),
    ("2.2.4", "room-keeper", "director", None), ("2.2.5a", "electrician", "director", None),
    ("2.2.5b", "store-keeper", "accountant", None), ("2.2.5c", "electrician", "director", None),
    ("2.2.6a", "accountant", "director", None), ("2.2.6b", "store-keeper", "accountant", None),
    ("2.2.7", "moral-office", "director", None), ("2.2", "assets-keeper", "director", None),
    ("2.3", "director", "principal", None), ("3.1", "director", "vice-principal", None),
    ("3.2.2", "accountant", "director", None), ("3.2", "accountant", "principal", None),
    ("3.3.3c", "class-teacher", "assets-keeper", 30), ("3.3", "assets-keeper", "director", None),
    ("3.4.1", "gardener", "director", None), ("3.4.2", "nurse", "director", None),
    ("3.4.3", "moral-office", "academic-office", None), ("3.5.1", "repairman", "vice-principal", None),
    ("3.5.2a", "food-director", "vice-principal", None), ("3.5.2b", "food-officer", "nurse", None),
)  # fmt: skip

UNSIGNED = {"gardener", "buyer", "food-officer"}  # have not signed for theirs
UNREAD = 9  # every so-many-th has not read the plan


@dataclass(frozen=True)
class Deed:
    """One task and what becomes of it: done, late, back (sent back once), unchecked, stuck or idle."""

    code: str
    title: str
    doer: str
    checker: str
    given: int
    due: int
    fate: str
    way: str = "已经开始"
    result: str = "办好了，记录齐全"
    lacking: str = "记录不全，补上再交"
    heir: str = ""  # to whom it is handed over before anything is done


TASKS = (
    Deed("1.1.2a", "岗位责任书全部签完", "director", "vice-principal", 1, 20, "done", "发下去 30 份", "38 份都签回来了"),
    Deed("1.1.2b", "每间房都定下责任人", "director", "vice-principal", 1, 14, "done", "教学楼定好了", "110 处都有责任人"),
    Deed("1.1.2c", "办完的事抽查 30 件看证据", "director", "vice-principal", 30, 62, "late", "抽了一半", "30 件里 2 件缺照片，已补"),
    Deed("1.1.4a", "排好巡视的班和路线", "guard", "director", 1, 7, "done", "路线走了一遍", "五条路线，排到期末"),
    Deed("1.1.4d", "国庆前把积压的报修清完", "repairman", "director", 8, 28, "back", "还剩 9 件", "积压的都修了", "北楼男厕还有一件没修"),
    Deed("1.1.3c", "十月上门走访每间办公室", "electrician", "director", 30, 58, "done", "走了一半", "26 间走完，顺手修了 17 处"),
    Deed("1.1.3c", "十一月上门走访每间教室", "electrician", "director", 61, 88, "stuck", "走了 12 间"),
    Deed("1.1.1a", "九月政策法规学习", "director", "vice-principal", 3, 25, "done", "定了题目", "到 31 人，测验都及格"),
    Deed("1.1.1b", "查一遍证书到期日", "director", "vice-principal", 5, 40, "done", "收齐复印件", "两张快到期，已报名复审"),
    Deed("1.2.1a", "规章制度逐份审查", "director", "vice-principal", 7, 60, "late", "看了 11 份", "24 份审完，6 份要改"),
    Deed("1.2.2a", "每月检查任务落实", "director", "vice-principal", 20, 55, "done", "查了九月", "两个月都查了"),
    Deed("1.2.2b", "期中小结", "director", "principal", 60, 80, "unchecked", "在写", "小结写好，交校务会"),
    Deed("1.2.3a", "校产卡片补齐保管人", "assets-keeper", "director", 3, 30, "done", "补了四成", "全部补齐"),
    Deed("1.2.4a", "采购审批权限表上墙", "buyer", "accountant", 4, 15, "done", "定稿", "总务处、财务室各一张"),
    Deed("1.2.4b", "入库单和发票对一遍", "store-keeper", "accountant", 30, 60, "back", "对到九月", "对完了", "十月三张没对"),
    Deed("1.3.1a", "划好卫生包干区", "cleaner", "director", 1, 10, "done", "图画好了", "36 个班都知道自己的区"),
    Deed("1.3.1b", "班级认领绿植", "moral-office", "director", 20, 50, "done", "发了通知", "36 个班都认领了"),
    Deed("1.3.1c", "秋季修剪和补种", "gardener", "director", 30, 70, "late", "南院修完", "修剪完，补种 24 株"),
    Deed("1.3.2a", "功能室一室一档", "room-keeper", "director", 5, 35, "done", "建了 8 间", "15 间都建好"),
    Deed("1.3.2c", "保管责任书签订", "room-keeper", "director", 2, 16, "done", "发下去了", "15 份签完"),
    Deed("1.4.2", "民主理财小组看九月、十月凭证", "finance-group", "principal", 62, 78, "unchecked", "看了九月",
         "两个月看完，提了 3 条"),
    Deed("1.4.4b", "预算执行情况月报", "accountant", "principal", 30, 65, "done", "九月出了", "两个月都报了"),
    Deed("2.1.1b", "修订应急预案", "vice-principal", "principal", 5, 45, "done", "改到第 6 份", "8 份都改完"),
    Deed("2.1.1c", "安全责任书人人签", "vice-principal", "principal", 1, 20, "done", "签了一半", "教职工全部签完"),
    Deed("2.1.2", "防震减灾宣传周", "moral-office", "vice-principal", 40, 60, "done", "方案定了", "升旗讲话、班会、板报都做了"),
    Deed("2.1.3a", "用电线路专项检查", "electrician", "director", 20, 50, "done", "教学楼查完", "查出 5 处，都已报修"),
    Deed("2.1.3a", "体育器材专项检查", "repairman", "director", 50, 76, "idle"),
    Deed("2.1.4", "排护学岗", "moral-office", "vice-principal", 1, 5, "done", "家长报名了", "每天 6 人，排到期末"),
    Deed("2.1.5a", "门卫登记本换新，交接班写清", "guard", "director", 2, 12, "done", "本子发了", "查了两周都写了"),
    Deed("2.1.5b", "厕所、楼道保洁标准上墙", "cleaner", "nurse", 3, 18, "done", "贴了一半", "都贴好了"),
    Deed("2.2.1b", "报修码贴到每间教室", "repairman", "director", 2, 15, "done", "贴了两层", "110 处都贴好"),
    Deed("2.2.2b", "空调换季清洗", "electrician", "director", 40, 78, "stuck", "洗了 22 台"),
    Deed("2.2.2c", "期初校产盘点", "assets-keeper", "accountant", 1, 26, "late", "盘了两栋楼", "盘完，盘亏 7 件写了原因"),
    Deed("2.2.2c", "图书盘点", "room-keeper", "assets-keeper", 1, 26, "done", "盘了一半", "盘完，账实相符"),
    Deed("2.2.5a", "每周抄水电表", "electrician", "director", 5, 70, "done", "抄了五周", "十周都抄了"),
    Deed("2.2.5c", "水龙头、插座普查", "repairman", "director", 45, 75, "idle"),
    Deed("2.2.6b", "仓库月盘", "store-keeper", "accountant", 30, 62, "done", "盘了九月", "两个月都相符"),
    Deed("2.2.7", "公物爱护先进班级评选", "moral-office", "director", 60, 100, "stuck", "在打分"),
    Deed("2.3", "对照标准列差距清单", "director", "principal", 30, 90, "stuck", "核对了设施部分"),
    Deed("3.1.2", "校服征订问卷", "director", "vice-principal", 15, 40, "done", "问卷发了", "收回 1,402 份，结果公布"),
    Deed("3.2.1a", "下一年预算细化到单价", "accountant", "principal", 60, 95, "stuck", "收了 9 个部门"),
    Deed("3.2.2", "电话、网络账单核对", "accountant", "director", 30, 64, "done", "九月对完", "都对上了"),
    Deed("3.3.1", "可借器材目录发给老师", "assets-keeper", "director", 6, 24, "done", "在整理", "目录 212 种，发到群里"),
    Deed("3.3.3a", "期中校产检查", "assets-keeper", "director", 60, 78, "back", "查了教学楼", "查完了", "食堂没查"),
    Deed("3.3.3c", "班级物品承包签字", "class-teacher", "assets-keeper", 1, 25, "late", "30 个班签了", "36 个班都签了"),
    Deed("3.4.1", "冬季养护计划", "gardener", "director", 60, 82, "idle"),
    Deed("3.4.2", "每周卫生评比公布", "nurse", "director", 5, 70, "done", "公布了四周", "十周都公布了"),
    Deed("3.4.3", "爱护公物主题班会", "moral-office", "academic-office", 30, 55, "done", "方案发了", "36 个班都开了"),
    Deed("3.5.1", "器械区安全检查", "repairman", "vice-principal", 20, 45, "done", "查了单杠", "两处松动，已修，复查合格"),
    Deed("3.5.2a", "食堂留样、晨检记录检查", "food-director", "vice-principal", 20, 48, "done", "查了两周", "都有记录"),
    Deed("3.5.2b", "十月食品安全知识发布", "food-officer", "nurse", 30, 58, "late", "稿子写好", "发到家长群"),
    Deed("3.5.2b", "十一月食品安全知识发布", "food-officer", "nurse", 61, 82, "idle", heir="food-director"),
)  # fmt: skip
