"""Whose a maintenance job is: whom it was given to, and who did it, as its way says."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce


def from_the_way(apps, schema_editor):
    events = apps.get_model("kernel", "Event").objects.filter(matter=OuterRef("pk")).order_by("-pk")
    done = events.filter(step__in=("finish", "late")).values("by")[:1]
    given = events.exclude(to_holder=None).values("to_holder")[:1]
    apps.get_model("repairs", "MaintenanceJob").objects.update(
        worker=Coalesce(Subquery(done), Subquery(given))
    )


class Migration(migrations.Migration):
    dependencies = [
        ("repairs", "0006_outside_repairs"),
    ]

    operations = [
        migrations.AddField(
            model_name="maintenancejob",
            name="worker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kernel.person",
                verbose_name="谁做",
            ),
        ),
        migrations.RunPython(from_the_way, migrations.RunPython.noop),
    ]
