import django.db.models.deletion
import houqin.kernel.fields
from django.db import migrations, models
from houqin.kernel import entries


def carry_over(apps, schema_editor):
    """Each round that was agreed to its last step stands by itself, also where a later one that was refused
    had wiped it out; what is only asked for counts no longer."""
    Route, Step = apps.get_model("kernel", "ApprovalRoute"), apps.get_model("kernel", "ApprovalStep")
    Repair, Outside = apps.get_model("repairs", "Repair"), apps.get_model("repairs", "OutsideRepair")
    Event = apps.get_model("kernel", "Event")
    Repair.objects.exclude(contractor_fen=0).update(contractor_fen=0)
    undecided = Step.objects.exclude(state="agreed").values("route")
    agreed = Route.objects.filter(matter__repair__isnull=False).exclude(pk__in=undecided)
    for route in agreed.order_by("pk").iterator(chunk_size=500):
        asked = Event.objects.filter(matter=route.matter_id, step="ask_contractor").order_by("pk")
        facts = asked[route.round - 1].facts  # each round was opened by one request
        repair = Repair.objects.get(pk=route.matter_id)
        entries.write(
            Outside,
            repair=repair,
            route=route,
            contractor=facts["contractor"][:60],
            amount_fen=route.amount_fen,
        )
        repair.contractor_fen += route.amount_fen
        repair.save(update_fields=["contractor_fen"])


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0010_taken_back"),
        ("repairs", "0005_rounds"),
    ]

    operations = [
        migrations.CreateModel(  # its fields in the model's order: in that order they are hashed
            name="OutsideRepair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mac", models.CharField(editable=False, max_length=64)),
                (
                    "repair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outside",
                        to="repairs.repair",
                    ),
                ),
                (
                    "route",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.approvalroute",
                    ),
                ),
                ("contractor", models.CharField(max_length=60, verbose_name="外修单位")),
                ("amount_fen", houqin.kernel.fields.FenField(verbose_name="金额")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="outside_repair_costs_something"
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="repair", name="repair_contractor_has_a_price"),
        migrations.RemoveField(model_name="repair", name="contractor"),
        migrations.AlterField(
            model_name="repair",
            name="contractor_fen",
            field=houqin.kernel.fields.FenField(default=0, verbose_name="外修费用"),
        ),
        migrations.AddConstraint(
            model_name="repair",
            constraint=models.CheckConstraint(
                condition=models.Q(("contractor_fen__gte", 0)),
                name="repair_contractor_costs_something_or_nothing",
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
