"""签名: who signed what, when, and by what way."""

from django.db import models

from ..entries import Entry


class Signature(Entry):
    """签名: made by a login, drawn on a pad, or scanned from paper; `says` is the sentence that was signed.

    `device_holder` is whose login the device ran under, where the signer signed on another's device.
    """

    WAYS = [("login", "登录确认"), ("pad", "手写"), ("paper", "纸质")]

    event = models.ForeignKey("kernel.Event", models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(
        "kernel.Person", models.PROTECT, related_name="signatures", verbose_name="签名人"
    )
    device_holder = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    way = models.CharField("方式", max_length=8, choices=WAYS)
    drawing = models.ForeignKey("kernel.Blob", models.PROTECT, null=True, blank=True, related_name="+")
    says = models.CharField("签的是", max_length=200)
    at = models.DateTimeField("时间")

    def __str__(self) -> str:
        return f"{self.signer} {self.get_way_display()} {self.at:%Y-%m-%d}"
