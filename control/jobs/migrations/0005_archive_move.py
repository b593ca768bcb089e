from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_segments")]

    operations = [
        migrations.CreateModel(
            name="ArchiveMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("old_uri", models.TextField()),
                ("new_uri", models.TextField()),
                ("moved", models.BooleanField(db_default=False)),
            ],
            options={"db_table": "archive_move"},
        ),
    ]
