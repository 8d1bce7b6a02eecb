from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_withdrawals")]

    operations = [migrations.AddIndex("matter", models.Index(fields=["closed_at"], name="matter_closed"))]
