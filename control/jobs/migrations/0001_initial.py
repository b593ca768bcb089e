import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('sites', '0001_initial'),
    ]

    operations = [
        # Django's own identity is for primary keys alone.
        migrations.RunSQL("CREATE SEQUENCE job_sequence_seq", "DROP SEQUENCE IF EXISTS job_sequence_seq"),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), primary_key=True, serialize=False)),
                ('sequence', models.BigIntegerField(db_default=models.Func(models.Value('job_sequence_seq'), function='nextval', output_field=models.BigIntegerField()), editable=False, unique=True)),
                ('url', models.TextField()),
                ('mode', models.TextField(db_default='default')),
                ('owner', models.TextField(null=True)),
                ('state', models.TextField(choices=[('pending', 'pending'), ('running', 'running'), ('paused', 'paused'), ('finishing', 'finishing'), ('completed', 'completed'), ('failed', 'failed'), ('cancelled', 'cancelled')], db_default='pending')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('stats', models.JSONField(db_default={})),
                ('error', models.TextField(null=True)),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='sites.site')),
            ],
            options={
                'db_table': 'job',
                'ordering': ['-sequence'],
                'indexes': [models.Index(fields=['site', '-created_at'], name='job_newest_of_site')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'running', 'paused', 'finishing', 'completed', 'failed', 'cancelled'])), name='job_state_check')],
            },
        ),
        migrations.RunSQL("ALTER SEQUENCE job_sequence_seq OWNED BY job.sequence", migrations.RunSQL.noop),
    ]
