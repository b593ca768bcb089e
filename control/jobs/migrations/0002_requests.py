import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeadRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.TextField()),
                ("url_sha256", models.BinaryField()),
                ("cause", models.TextField()),
                ("attempts", models.IntegerField(db_default=1)),
                ("errors", models.JSONField(db_default=[])),
                ("payload", models.BinaryField(null=True)),
                ("died_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dead_requests",
                        to="jobs.job",
                    ),
                ),
            ],
            options={
                "db_table": "dead_request",
                "constraints": [models.UniqueConstraint(fields=("job", "url_sha256"), name="dead_request_key")],
            },
        ),
        migrations.CreateModel(
            name="WaitingRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payload", models.BinaryField()),
                ("host", models.TextField()),
                ("priority", models.BigIntegerField(db_default=0)),
                ("fingerprint", models.BigIntegerField(null=True)),
                ("page", models.BooleanField(db_default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting_requests",
                        to="jobs.job",
                    ),
                ),
            ],
            options={
                "db_table": "waiting_request",
                "indexes": [models.Index(fields=["job", "-priority", "id"], name="waiting_request_order")],
                "constraints": [models.UniqueConstraint(fields=("job", "fingerprint"), name="waiting_request_key")],
            },
        ),
    ]
