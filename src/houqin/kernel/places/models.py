"""场所 as a tree, and the labels that hang on them."""

from django.db import models
from django.db.models import Q


class Place(models.Model):
    """场所: campus, building, floor, room or spot; someone answers for each.

    `path` holds the keys of the places above ("/1/4/"), `full_name` reads from big to small, `walk` is the
    order in which a worker walks past: all three are written by `places.actions` only.
    """

    KINDS = [("campus", "校区"), ("building", "楼栋"), ("floor", "楼层"), ("room", "房间"), ("spot", "点位")]
    USES = [("teaching", "教学"), ("living", "生活"), ("admin", "行政")]

    code = models.SlugField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=10, choices=KINDS)
    use = models.CharField("用途", max_length=10, choices=USES, default="admin")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    owner = models.ForeignKey(
        "kernel.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_places",
        verbose_name="责任人",
    )
    walk = models.PositiveIntegerField("走动次序", default=0)
    path = models.CharField(max_length=120, editable=False)
    full_name = models.CharField("地点", max_length=200, editable=False)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="campus_has_no_parent", condition=Q(parent=None) | ~Q(kind="campus"))
        ]
        indexes = [
            models.Index(fields=["path"], name="place_path"),
            models.Index(fields=["walk", "id"], name="place_walk"),
        ]

    def __str__(self) -> str:
        return self.name

    def search_words(self) -> str:
        return f"{self.full_name} {self.code}"


class Label(models.Model):
    """标签: a QR code on a wall or a thing. Its token is 128 random bits, saying nothing of what it hangs on.

    `kind` and `key` say which card it belongs to (no `key`: printed ahead, not yet hung); replaced, it ends.
    """

    token = models.CharField("令牌", max_length=22, unique=True)
    short_code = models.CharField("短码", max_length=8, unique=True)
    kind = models.CharField(max_length=60)
    key = models.BigIntegerField(null=True, blank=True)
    from_at = models.DateTimeField("启用时间")
    to_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(to_at=None), name="one_label_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.short_code
