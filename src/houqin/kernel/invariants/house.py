"""The house around the records: files, logins, labels, what must be forgotten, doors, places,
the search index.
"""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta

from django.apps import apps
from django.db import models
from django.db.models import F, Q

from ..area import Finding, Invariant
from ..attachments import queries as attachments
from ..attachments import sniff, store
from ..attachments.models import Attachment, Blob
from ..doors.models import Operation
from ..matters.models import Matter
from ..people.models import ApiToken, LoginLink, LoginSession, PersonalDetail, User
from ..people.outside import reading
from ..people.queries import account_keepers
from ..places.actions import DEEPEST
from ..places.models import Label, Place
from ..schedule.models import Slot, TickRun
from ..search.models import SearchRow
from .newest import newest_day

GONE = "从备份里找回这个文件，放回数据目录的 files 里。"
BACK = "不是从页面改的。和备份对一下，查是谁动了数据库。"
RUNNING = "看看 houqin start 是不是一直在运行。"
LARGEST_SIDE = 12_000
TOKEN = "^[A-Za-z0-9_-]{22}$"  # 128 bits  # noqa: S105 - a pattern


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────


def files_fast() -> Iterator[Finding]:
    return _files(full=False)


def files_full() -> Iterator[Finding]:
    return _files(full=True)


def _files(*, full: bool) -> Iterator[Finding]:
    """I40: each file is there at its length, in the full check byte for byte."""
    for blob, wrong in attachments.faults(full=full):
        yield Finding("I40", f"附件 {blob.sha256[:12]}", "完整", wrong, GONE)


def files_with_rows() -> Iterator[Finding]:
    """I41: nothing lies in the store for more than a week that no row knows."""
    known = set(Blob.objects.values_list("sha256", flat=True))
    newest = max((place.stat().st_mtime for place in store.files()), default=0.0)
    week = timedelta(days=7).total_seconds()
    for place in store.files():
        sha = place.parent.name + place.name.partition(".")[0]
        if sha not in known and newest - place.stat().st_mtime > week:
            yield Finding(
                "I41",
                f"文件 {place.parent.name}/{place.name}",
                "有记录",
                "没有记录",
                "不影响使用，后台会清掉。",
            )


def attached_to_something() -> Iterator[Finding]:
    """I42: what a file is attached to is there."""
    for kind in Attachment.objects.exclude(kind="").order_by().values_list("kind", flat=True).distinct():
        rows = Attachment.objects.filter(kind=kind)
        for row in rows.exclude(key__in=_keys(kind)).order_by("pk"):
            yield Finding("I42", f"附件“{row.name}”", f"挂着的 {kind} {row.key} 在", "没有了", BACK)


def _keys(kind: str) -> models.QuerySet:
    try:
        return apps.get_model(kind)._default_manager.values("pk")
    except (LookupError, ValueError):
        return Blob.objects.none().values("pk")


def files_of_kinds() -> Iterator[Finding]:
    """I43: what a file is, by its own bytes, is what its row says, and is something we take."""
    for blob in Blob.objects.order_by("pk").iterator(chunk_size=500):
        side = max(blob.width or 0, blob.height or 0)
        if blob.mime not in sniff.EXTENSIONS or side > LARGEST_SIDE:
            yield Finding("I43", f"附件 {blob.sha256[:12]}", "能收的种类和大小", f"{blob.mime} {side}", BACK)
        elif store.whole(blob.sha256, blob.size):
            found = sniff.mime_of(store.path(blob.sha256).read_bytes())
            if found != blob.mime:
                yield Finding("I43", f"附件 {blob.sha256[:12]}", blob.mime, found or "认不出", BACK)


def room() -> Iterator[Finding]:
    """I45: there is room left on the disk."""
    if (free := store.free()) < store.RESERVE:
        yield Finding(
            "I45",
            "磁盘剩余空间",
            f"{store.RESERVE >> 20} MB 以上",
            f"{free >> 20} MB",
            "腾出空间，不然照片收不进来。",
        )


# ── logins ──────────────────────────────────────────────────────────────────────────────────────────────


def user_names() -> Iterator[Finding]:
    """I52: user names are folded, so that no two look alike."""
    for user in User.objects.order_by("pk"):
        if (folded := unicodedata.normalize("NFKC", user.username).casefold()) != user.username:
            yield Finding("I52", f"用户名 {user.pk}", folded, user.username, BACK)


def no_door_left_open() -> Iterator[Finding]:
    """I53: who may not come in has no open session, no link, no token of the API and no outside account;
    the first three are kept as hashes.
    """
    closed = Q(user__is_active=False) | Q(user__person=None) | Q(user__person__left_on__lt=newest_day())
    for session in LoginSession.objects.filter(closed, ended_at=None).select_related("user").order_by("pk"):
        yield Finding(
            "I53", f"账号 {session.user} 的登录", "已结束", "还开着", "houqin user close 这个人，再查一遍。"
        )
    open_links = LoginLink.objects.filter(closed, used_at=None).filter(expires_at__date__gt=newest_day())
    for link in open_links.select_related("user").order_by("pk"):
        yield Finding(
            "I53",
            f"账号 {link.user} 的一次性链接",
            "已作废",
            "还能用",
            "houqin user close 这个人，再查一遍。",
        )
    gone = Q(person__user__is_active=False) | Q(person__user=None) | Q(person__left_on__lt=newest_day())
    standing = ApiToken.objects.filter(gone, withdrawn_at=None, expires_at__date__gt=newest_day())
    for token in standing.select_related("person").order_by("pk"):
        yield Finding("I53", f"{token.person}的接口令牌 {token}", "已作废", "还能用", BACK)
    for account in reading.linked().filter(gone).order_by("pk"):
        yield Finding("I53", f"{account.person}的外部账号 {account}", "已解除", "还关联着", BACK)
    for model, name in ((LoginSession, "key"), (LoginLink, "token_hash"), (ApiToken, "token_hash")):
        for row in model._default_manager.exclude(**{f"{name}__regex": "^[0-9a-f]{64}$"}).order_by("pk"):
            yield Finding("I53", f"{model._meta.db_table} 第 {row.pk} 行", "只存指纹", "存了别的", BACK)


def someone_opens_accounts() -> Iterator[Finding]:
    """I54: somebody can open logins, and every login belongs to a person."""
    day = newest_day()
    if not account_keepers(day).exists():
        yield Finding(
            "I54",
            "系统管理员",
            "至少一人有可用账号",
            "没有",
            "houqin user open 开一个，再 houqin user role 任岗。",
        )
    for user in User.objects.filter(person=None).order_by("pk"):
        yield Finding("I54", f"账号 {user}", "属于一个人", "没有人", BACK)


# ── labels, what must be forgotten, doors ───────────────────────────────────────────────────────────────


def labels() -> Iterator[Finding]:
    """I56: a token has 128 bits, and a label in force hangs on something that is there."""
    for label in Label.objects.exclude(token__regex=TOKEN).order_by("pk"):
        yield Finding("I56", f"标签 {label}", "22 位令牌", f"{len(label.token)} 位", "换一张标签。")
    for kind in Label.objects.order_by().values_list("kind", flat=True).distinct():
        hung = Label.objects.filter(kind=kind, to_at=None).exclude(key=None)
        for label in hung.exclude(key__in=_keys(kind)).order_by("pk"):
            yield Finding("I56", f"标签 {label}", f"贴着的 {kind} {label.key} 在", "没有了", "停用这张标签。")


def forgotten() -> Iterator[Finding]:
    """I57: personal details whose time was over when the clock last looked are erased."""
    ran = (
        TickRun.objects.filter(job="kernel.erase", last_error="")
        .values_list("last_run_at", flat=True)
        .first()
    )
    if ran is None:
        return
    for row in PersonalDetail.objects.filter(kept_until__lt=ran.date(), erased_at=None).order_by("pk"):
        yield Finding(
            "I57", f"{row.kind} {row.key} 的“{row.field}”", f"{row.kept_until} 后清除", "还在", RUNNING
        )


def nameless() -> Iterator[Finding]:
    """I58: what was done without a login is kept without a person, by its device only,
    and without its text.
    """
    both = Operation.objects.filter(Q(person=None, device="") | Q(person__isnull=False) & ~Q(device=""))
    for row in both.order_by("pk"):
        yield Finding("I58", f"操作 {row.op}", "要么有人，要么有设备", "两样都有或都没有", BACK)
    for row in Operation.objects.filter(person__built_in=True).order_by("pk"):
        yield Finding("I58", f"操作 {row.op}", "不记访客是谁", "记了内置人员", BACK)


def operations() -> Iterator[Finding]:
    """I61: each operation that was honoured names what it made or moved, and that is there."""
    for row in Operation.objects.filter(Q(kind="") | Q(key="")).order_by("pk"):
        yield Finding("I61", f"操作 {row.op}", "写着办成了什么", "只写了一半", BACK)
    for kind in Operation.objects.exclude(kind="").order_by().values_list("kind", flat=True).distinct():
        there = {str(key) for key in _keys(kind).values_list("pk", flat=True)}
        for row in Operation.objects.filter(kind=kind).order_by("pk"):
            if row.key not in there:
                yield Finding("I61", f"操作 {row.op}", f"{kind} {row.key} 在", "没有", BACK)


def clock() -> Iterator[Finding]:
    """I62: the clock's jobs went well; a turn whose time was over when the clock last looked is not open."""
    for run in TickRun.objects.exclude(last_error="").order_by("job"):
        yield Finding("I62", f"后台工作 {run.job}", "办成", run.last_error, "看 log/houqin.log。")


def turns() -> Iterator[Finding]:
    ran = (
        TickRun.objects.filter(job="kernel.turns", last_error="")
        .values_list("last_run_at", flat=True)
        .first()
    )
    late = Slot.objects.filter(state=Slot.OPEN, closes_at__lt=ran) if ran else Slot.objects.none()
    for slot in late.select_related("schedule").order_by("pk"):
        yield Finding("I62", f"“{slot}”", "过了时间记为漏", "还是待办", RUNNING)


# ── derived ─────────────────────────────────────────────────────────────────────────────────────────────


def searchable() -> Iterator[Finding]:
    """I63: everything that can be found has its row under its present title; nothing else has one."""
    for model in apps.get_models():
        if hasattr(model, "search_words") or model is Matter:
            yield from _index_of(model)
    known = {m._meta.label_lower for m in apps.get_models() if hasattr(m, "search_words")} | {"kernel.matter"}
    for row in SearchRow.objects.exclude(kind__in=known).order_by("pk"):
        yield Finding("I63", f"检索里的“{row.title}”", "已知的种类", row.kind, "重建检索。")


def _index_of(model: type[models.Model]) -> Iterator[Finding]:
    kind = model._meta.label_lower
    rows = dict(SearchRow.objects.filter(kind=kind).values_list("key", "title"))
    for card in model._default_manager.order_by("pk").iterator(chunk_size=2000):
        found = rows.pop(card.pk, None)
        if found != str(card)[:200] and not getattr(card, "built_in", False):
            yield Finding("I63", f"检索里的 {kind} {card.pk}", str(card), found or "没有", "重建检索。")
    for key, title in sorted(rows.items()):
        yield Finding("I63", f"检索里的“{title}”", f"{kind} {key} 在", "没有了", "重建检索。")


def tree_of_places() -> Iterator[Finding]:
    """I64: every place's path and full name follow from the places above it; no circle,
    at most eight deep.
    """
    places = {place.pk: place for place in Place.objects.order_by("pk")}
    for place in places.values():
        above: list[int] = []
        at = place.parent_id
        while at is not None and at not in above and len(above) <= DEEPEST:
            above.append(at)
            at = places[at].parent_id
        if at is not None:
            yield Finding("I64", f"场所“{place}”", f"往上 {DEEPEST} 层以内到校区", "转圈或太深", BACK)
            continue
        path = "/" + "".join(f"{key}/" for key in reversed(above))
        named = [
            places[key]
            for key in reversed(above)
            if places[key].parent_id is not None or places[key].kind != "campus"
        ]
        full = " ".join([*(p.name for p in named), place.name])
        if (place.path, place.full_name) != (path, full):
            yield Finding("I64", f"场所“{place}”", f"{path} {full}", f"{place.path} {place.full_name}", BACK)


def one_in_force() -> Iterator[Finding]:
    """I55: nobody stands in a post after having left."""
    for place in (
        Place.objects.filter(closed_on=None, owner__left_on__lt=newest_day())
        .select_related("owner")
        .order_by("pk")
    ):
        yield Finding(
            "I55", f"场所“{place.full_name}”", "责任人在岗", f"{place.owner}已离岗", "在家底里换责任人。"
        )
    from ..people.models import Holding

    over = Holding.objects.filter(person__left_on__isnull=False, to_on=None) | Holding.objects.filter(
        to_on__gt=F("person__left_on")
    )
    for holding in over.select_related("person", "post").order_by("pk"):
        yield Finding(
            "I55", f"{holding.person}的“{holding.post}”", "离岗时结束", "没有结束", "在人员里办离任。"
        )


INVARIANTS = (
    Invariant("I40", "附件都在", files_fast),
    Invariant("I40", "附件逐字节完好", files_full, fast=False),
    Invariant("I41", "附件夹里没有多余的文件", files_with_rows, fast=False, severity="warning"),
    Invariant("I42", "附件都挂在东西上", attached_to_something),
    Invariant("I43", "附件种类和内容一致", files_of_kinds, fast=False),
    Invariant("I45", "磁盘有余地", room, severity="warning"),
    Invariant("I52", "用户名不混淆", user_names),
    Invariant("I53", "停用和离岗的人进不来", no_door_left_open),
    Invariant("I54", "有人管账号", someone_opens_accounts),
    Invariant("I55", "离岗的人不占岗位", one_in_force, severity="warning"),
    Invariant("I56", "标签令牌够长、贴在东西上", labels),
    Invariant("I57", "到期的个人信息清除了", forgotten),
    Invariant("I58", "访客不记名", nameless),
    Invariant("I61", "办过的操作都有结果", operations, fast=False),
    Invariant("I62", "后台工作正常", clock, severity="warning"),
    Invariant("I62", "过时的轮次记为漏", turns),
    Invariant("I63", "检索和资料一致", searchable, fast=False),
    Invariant("I64", "场所树成立", tree_of_places, fast=False),
)
