"""What the later version keeps beside each place."""

from django.db import models


class Mark(models.Model):
    place = models.ForeignKey("kernel.Place", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=20)
    weight = models.IntegerField(default=0)

    class Meta:
        app_label = "later"
