from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("later", "0002_fill")]
    operations = [migrations.AddField("Mark", "weight", models.IntegerField(default=0))]
