"""The mark that pages with rows of this room are kept by."""

from django.db import migrations

from portal.common.marks import marked

MARKED = [
    "substitution_alternative",
    "substitution_evidence",
    "substitution_replacement",
    "substitution_technicalfunction",
]


class Migration(migrations.Migration):
    dependencies = [("substitution", "0001_initial")]
    operations = [marked("substitution", MARKED)]
