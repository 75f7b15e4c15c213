"""The mark that pages with rows of this room are kept by."""

from django.db import migrations

from portal.common.marks import marked

MARKED = [
    "companies_commitment",
    "companies_company",
    "companies_production",
]


class Migration(migrations.Migration):
    dependencies = [("companies", "0001_initial")]
    operations = [marked("companies", MARKED)]
