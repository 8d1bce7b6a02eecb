"""Each maintenance plan has a code, by which a sheet names it: that of its place with a number."""

from collections import Counter

from django.db import migrations, models


def give_codes(apps, schema_editor):
    plans, so_far = apps.get_model("repairs", "MaintenancePlan").objects, Counter()
    for plan in plans.select_related("place").order_by("pk"):
        so_far[plan.place_id] += 1
        plan.code = f"{plan.place.code}-{so_far[plan.place_id]}"
        while plans.filter(code=plan.code).exists():  # of the place a and the place a-1
            so_far[plan.place_id] += 1
            plan.code = f"{plan.place.code}-{so_far[plan.place_id]}"
        plan.save(update_fields=["code"])


class Migration(migrations.Migration):
    dependencies = [
        ("repairs", "0007_whose_maintenance"),
    ]

    operations = [
        migrations.AddField(
            model_name="maintenanceplan",
            name="code",
            field=models.CharField(default="", max_length=48, verbose_name="代码"),
            preserve_default=False,
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="maintenanceplan",
            name="code",
            field=models.CharField(max_length=48, unique=True, verbose_name="代码"),
        ),
    ]
