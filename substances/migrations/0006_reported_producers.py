"""Who makes what, as lists report it; that kept pages are made anew when it changes; portraits of several members."""

import django.db.models.deletion
from django.db import migrations, models

from portal.common.marks import marked_too


class Migration(migrations.Migration):

    dependencies = [
        ('substances', '0005_structure_uploads'),
    ]

    operations = [
        migrations.AddField(
            model_name='groupportrait',
            name='others',
            field=models.JSONField(help_text='Further members drawn: id and name of the substance, and the drawing; trusted markup.', null=True),
        ),
        migrations.AddField(
            model_name='release',
            name='producers_count',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='ReportedProducer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('locator', models.CharField(blank=True, max_length=200, verbose_name='place in the source')),
                ('checked', models.CharField(choices=[('file', 'compared with the file'), ('text', 'read in the text'), ('recalled', 'recalled, not yet checked'), ('imported', 'imported'), ('reviewed', 'reviewed by two people'), ('made_up', 'made up for demonstration')], max_length=10)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('sheet', models.CharField(max_length=100)),
                ('line', models.PositiveIntegerField(help_text='In the file, the header being counted.')),
                ('place', models.PositiveSmallIntegerField(default=0, help_text='Of the substance among those of its row.')),
                ('reported', models.JSONField(help_text='Every cell, under its header.')),
                ('company', models.CharField(help_text='As printed.', max_length=300)),
                ('company_group', models.CharField(blank=True, help_text='As printed.', max_length=300)),
                ('stands_for_many', models.BooleanField(default=False, help_text='No company: those who are not published, such as CBI.')),
                ('isin', models.CharField(blank=True, help_text='Valid by ISO 6166, or empty.', max_length=12, verbose_name='ISIN')),
                ('domicile', models.CharField(blank=True, help_text='As printed.', max_length=200)),
                ('countries', models.JSONField(default=list, help_text='As printed, in its order.')),
                ('named', models.JSONField(help_text='The substance: its name and numbers as printed.')),
                ('resolved_by', models.CharField(blank=True, help_text='Which identifier tied the row to the substance.', max_length=60)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='producers', to='substances.release')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='substances.source')),
                ('substance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reported_producers', to='substances.substance')),
            ],
            options={
                'ordering': ['release', 'sheet', 'line', 'place'],
                'constraints': [models.UniqueConstraint(fields=('release', 'sheet', 'line', 'place', 'substance'), name='reported_producer_is_said_once_of_a_substance'), models.UniqueConstraint(condition=models.Q(('substance__isnull', True)), fields=('release', 'sheet', 'line', 'place'), name='reported_producer_of_nobody_known_is_one_place_of_one_line'), models.CheckConstraint(condition=models.Q(('company', ''), _negated=True), name='reported_producer_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_by', ''), ('substance__isnull', True)), models.Q(('substance__isnull', False), models.Q(('resolved_by', ''), _negated=True)), _connector='OR'), name='reported_producer_says_what_tied_it_to_its_substance')],
            },
        ),
        marked_too("substances", ["substances_reportedproducer"]),
    ]
