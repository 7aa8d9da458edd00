"""Drafts may be given up, survey files are kept; whoever publishes borders drafts and exports them too, until the roles say
otherwise.
"""

import django.db.models.deletion
from django.db import migrations, models


NEW = {"areas.publish": ("areas.draft", "areas.export"), "areas.draft": ("areas.export",)}


def give(apps, _editor):
    held = apps.get_model("base", "RolePermission").objects
    for known, fresh in NEW.items():
        for role in list(held.filter(permission=known).values_list("role_id", flat=True)):
            for permission in fresh:
                held.get_or_create(role_id=role, permission=permission)


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0003_dossiers'),
        ('base', '0007_second_factor'),
    ]

    operations = [
        migrations.AddField(
            model_name='version',
            name='dropped_at',
            field=models.DateTimeField(null=True, verbose_name='放弃时间'),
        ),
        migrations.CreateModel(
            name='SurveyUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('town', models.CharField(max_length=12, verbose_name='街镇代码')),
                ('place', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='文件名')),
                ('size', models.PositiveBigIntegerField(verbose_name='字节数')),
                ('person', models.BigIntegerField(verbose_name='上传人')),
                ('at', models.DateTimeField(db_index=True, verbose_name='上传时间')),
                ('typed', models.TextField(default='{}')),
                ('taken_at', models.DateTimeField(null=True, verbose_name='导入时间')),
                ('version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.version')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
