import django.db.models.deletion
from django.db import migrations, models

# A crawl that finds all pages again writes each row anew. Half of each block is left for that, so that the new row
# stands beside the old one, and no index has to be told.
HALF = "ALTER TABLE page SET (fillfactor = 50)"
FULL = "ALTER TABLE page RESET (fillfactor)"


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0003_config'),
        ('results', '0008_views'),
    ]

    operations = [
        migrations.AlterField(
            model_name='page',
            name='job',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='jobs.job'),
        ),
        migrations.RunSQL(HALF, FULL),
    ]
