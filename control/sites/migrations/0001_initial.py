import control.sites.slugs
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.TextField(validators=[control.sites.slugs.validate_slug])),
                ('config', models.JSONField()),
                ('ad_hoc', models.BooleanField(db_default=False, default=False)),
                ('schedule', models.TextField(blank=True, null=True)),
                ('enabled', models.BooleanField(db_default=True, default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'site',
                'ordering': ['slug'],
                'constraints': [models.UniqueConstraint(fields=('slug',), name='site_slug_key', violation_error_message='A site with this slug exists.')],
            },
        ),
    ]
