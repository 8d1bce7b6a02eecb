"""Writes into what is there already, slowly (`LATER=slow`), or fails half-way: everywhere (`LATER=fails`), or not
on the copy on which the upgrade is tried first (`LATER=fails-in-earnest`).
"""

import os
import time

from django.conf import settings
from django.db import migrations

LATER = os.environ.get("LATER", "")


def fill(apps, schema_editor):
    in_earnest = "houqin-proof-" not in str(settings.DATA)
    places = apps.get_model("kernel", "Place").objects
    for n, place in enumerate(places.order_by("pk")):
        apps.get_model("later", "Mark").objects.create(place=place, note=f"第 {n} 处")
        places.filter(pk=place.pk).update(walk=9000 + n)
        if n == 3 and (LATER == "fails" or LATER == "fails-in-earnest" and in_earnest):
            raise ValueError(f"place {place.pk} cannot be marked")
        if LATER == "slow" and in_earnest:
            time.sleep(0.1)


class Migration(migrations.Migration):
    dependencies = [("later", "0001_mark")]
    operations = [migrations.RunPython(fill)]
