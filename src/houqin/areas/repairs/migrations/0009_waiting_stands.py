"""What waited to be decided when its clock did not yet stand: it stands since it was asked for."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def stand_still(apps, schema_editor):
    asked = apps.get_model("kernel", "Event").objects.filter(matter=OuterRef("pk"), step="ask_contractor")
    waiting = apps.get_model("kernel", "Matter").objects.filter(repair__isnull=False, state="approving")
    waiting.filter(paused_at=None).update(paused_at=Subquery(asked.order_by("-pk").values("at")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0010_taken_back"),
        ("repairs", "0008_plan_codes"),
    ]

    operations = [migrations.RunPython(stand_still, migrations.RunPython.noop)]
