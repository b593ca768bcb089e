import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('jobs', '0001_initial'),
        ('sites', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Page',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.TextField()),
                ('url_sha256', models.BinaryField()),
                ('final_url', models.TextField()),
                ('status', models.SmallIntegerField()),
                ('content_type', models.TextField(db_default='')),
                ('fetched_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_seen', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tier', models.TextField(db_default='direct')),
                ('body_sha256', models.BinaryField()),
                ('body_bytes', models.BigIntegerField()),
                ('archive_uri', models.TextField()),
                ('archive_offset', models.BigIntegerField()),
                ('archive_length', models.BigIntegerField()),
                ('etag', models.TextField(null=True)),
                ('last_modified', models.TextField(null=True)),
                ('title', models.TextField(null=True)),
                ('description', models.TextField(null=True)),
                ('language', models.TextField(null=True)),
                ('canonical_url', models.TextField(null=True)),
                ('open_graph', models.JSONField(db_default={})),
                ('extractor', models.TextField(db_default='')),
                ('fence', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[0, 0], size=2)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='jobs.job')),
                ('site', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='sites.site')),
            ],
            options={
                'db_table': 'page',
            },
        ),
        migrations.CreateModel(
            name='PageText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body_sha256', models.BinaryField()),
                ('extractor', models.TextField()),
                ('markdown', models.TextField()),
            ],
            options={
                'db_table': 'page_text',
                'constraints': [models.UniqueConstraint(fields=('body_sha256', 'extractor'), name='page_text_key')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.TextField()),
                ('tenant', models.TextField()),
                ('source_id', models.TextField()),
                ('requisition_id', models.TextField(null=True)),
                ('url', models.TextField()),
                ('apply_url', models.TextField(null=True)),
                ('title', models.TextField()),
                ('company', models.TextField(null=True)),
                ('locations', models.JSONField(db_default=[])),
                ('workplace_type', models.TextField(choices=[('onsite', 'onsite'), ('hybrid', 'hybrid'), ('remote', 'remote')], null=True)),
                ('applicant_scope', models.JSONField(db_default=[])),
                ('employment_types', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('salary', models.JSONField(null=True)),
                ('skills', models.JSONField(db_default=[])),
                ('description_html', models.TextField(null=True)),
                ('description_text', models.TextField(null=True)),
                ('language', models.TextField(null=True)),
                ('date_posted', models.DateTimeField(null=True)),
                ('date_precision', models.TextField(null=True)),
                ('valid_through', models.DateTimeField(null=True)),
                ('status', models.TextField(choices=[('open', 'open'), ('closed', 'closed'), ('expired', 'expired'), ('paused', 'paused'), ('talent_pool', 'talent_pool')], db_default='open')),
                ('provenance', models.JSONField(db_default={})),
                ('conflicts', models.JSONField(db_default=[])),
                ('extractor', models.TextField(db_default='')),
                ('content_sha256', models.BinaryField()),
                ('first_seen', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_seen', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('closed_at', models.DateTimeField(null=True)),
                ('close_reason', models.TextField(null=True)),
                ('fence', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[0, 0], size=2)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='postings', to='results.page')),
            ],
            options={
                'db_table': 'posting',
            },
        ),
        migrations.CreateModel(
            name='RejectedRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('data', models.JSONField()),
                ('problems', models.JSONField(db_default=[])),
                ('data_sha256', models.BinaryField()),
                ('first_seen', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_seen', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('page', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rejected_records', to='results.page')),
            ],
            options={
                'db_table': 'rejected_record',
            },
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(fields=['body_sha256'], name='page_body_sha256'),
        ),
        migrations.AddConstraint(
            model_name='page',
            constraint=models.UniqueConstraint(fields=('site', 'url_sha256'), name='page_site_url_key'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['status'], name='posting_status'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['last_seen'], name='posting_last_seen'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.UniqueConstraint(fields=('platform', 'tenant', 'source_id'), name='posting_key'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'closed', 'expired', 'paused', 'talent_pool'])), name='posting_status_check'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('workplace_type__in', ['onsite', 'hybrid', 'remote'])), name='posting_workplace_type_check'),
        ),
        migrations.AddConstraint(
            model_name='rejectedrecord',
            constraint=models.UniqueConstraint(fields=('page', 'kind', 'data_sha256'), name='rejected_record_key'),
        ),
    ]
