from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="config",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="job",
            name="url",
            field=models.TextField(null=True),
        ),
    ]
