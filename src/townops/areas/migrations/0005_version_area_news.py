"""What is new in a draft is found by revision."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("areas", "0004_drafts_and_uploads")]

    operations = [
        migrations.AddIndex(
            "versionarea", models.Index(fields=["version", "revision"], name="version_area_news")
        ),
    ]
