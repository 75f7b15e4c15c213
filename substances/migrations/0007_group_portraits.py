import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('substances', '0006_marks'),
    ]

    operations = [
        migrations.CreateModel(
            name='GroupPortrait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_of', models.CharField(help_text='SHA-256 of the rule, the members and the structures.', max_length=64)),
                ('made_at', models.DateTimeField(auto_now=True)),
                ('svg', models.TextField(blank=True, help_text='Drawn by substances.chemistry.depict; trusted markup.')),
                ('near', models.JSONField(default=list, help_text='Substances that resemble members, nearest first, with bits.')),
                ('members_compared', models.PositiveIntegerField(default=0, help_text='Members that have a fingerprint.')),
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='portrait', to='substances.substancegroup')),
                ('structure', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='substances.structure')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('structure__isnull', False), ('svg', ''), _connector='OR'), name='group_portrait_is_drawn_of_a_structure')],
            },
        ),
    ]
