from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What waits or was given up is counted without a walk through all that was ever sent."""

    dependencies = [
        ("kernel", "0010_taken_back"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=~Q(state="sent"), fields=["channel"], name="delivery_unsent"),
        ),
    ]
