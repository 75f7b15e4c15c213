import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('occurred_on', models.DateField(help_text='The day the change is about, such as the day of an entry.')),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_id', models.UUIDField()),
                ('topic', models.CharField(blank=True, max_length=120)),
                ('once', models.CharField(editable=False, max_length=200, null=True)),
                ('details', models.JSONField(default=dict)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
            options={
                'ordering': ['-recorded_at'],
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='event_by_subject'), models.Index(fields=['-recorded_at'], name='event_by_age'), models.Index(fields=['topic', '-recorded_at'], name='event_by_topic')],
                'constraints': [models.UniqueConstraint(fields=('once',), name='event_is_told_once_under_its_key')],
            },
        ),
    ]
