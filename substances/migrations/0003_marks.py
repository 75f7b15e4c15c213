"""The mark that pages with rows of this room are kept by."""

from django.db import migrations

from portal.common.marks import marked

# Whatever pages show of substances, in themselves or in what is counted and compared for them.
MARKED = [
    "substances_chemicallist",
    "substances_concernflag",
    "substances_exposurelimit",
    "substances_fingerprint",
    "substances_groupassessment",
    "substances_groupfinding",
    "substances_grouplisting",
    "substances_groupmembership",
    "substances_groupruleversion",
    "substances_hazardclassification",
    "substances_healthfact",
    "substances_identifier",
    "substances_listmembership",
    "substances_name",
    "substances_release",
    "substances_reportedproducer",
    "substances_source",
    "substances_structure",
    "substances_substance",
    "substances_substancegroup",
]


class Migration(migrations.Migration):
    dependencies = [("substances", "0002_search_sqlite_and_postgresql")]
    operations = [marked("substances", MARKED)]
