"""What Django's models cannot say: text search of each database, and a mark that changes with the stored structures.

Triggers keep both current whoever writes. On SQLite a later migration that remakes one of these tables drops its
triggers with it and has to make them again; tests/substances/test_text_search.py and test_similarity.py notice.

`substances_structures_revision` holds one random value. It is new after every change to fingerprints, to the
structures under them and to merged substances, and it is random, not counted, so that a value that was rolled back
or restored from a backup never comes to stand for other data.
"""

from django.db import migrations

SQLITE_FORWARDS = [
    """CREATE VIRTUAL TABLE substances_searchterm_fts USING fts5(
        folded, content='substances_searchterm', content_rowid='id', tokenize='trigram')""",
    # SMILES and formulas are compared as written, never in parts.
    """CREATE TRIGGER substances_searchterm_added AFTER INSERT ON substances_searchterm
        WHEN new.kind NOT IN ('smiles', 'inchi', 'formula') BEGIN
        INSERT INTO substances_searchterm_fts(rowid, folded) VALUES (new.id, new.folded); END""",
    """CREATE TRIGGER substances_searchterm_removed AFTER DELETE ON substances_searchterm
        WHEN old.kind NOT IN ('smiles', 'inchi', 'formula') BEGIN
        INSERT INTO substances_searchterm_fts(substances_searchterm_fts, rowid, folded)
            VALUES ('delete', old.id, old.folded); END""",
    """CREATE TRIGGER substances_searchterm_not_changed BEFORE UPDATE OF id, folded, kind ON substances_searchterm BEGIN
        SELECT RAISE(ABORT, 'search terms are removed and added, not changed'); END""",
    """INSERT INTO substances_searchterm_fts(rowid, folded)
        SELECT id, folded FROM substances_searchterm WHERE kind NOT IN ('smiles', 'inchi', 'formula')""",
    "CREATE TABLE substances_structures_revision (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL)",
    "INSERT INTO substances_structures_revision VALUES (1, lower(hex(randomblob(16))))",
    *(
        f"""CREATE TRIGGER {table}_{name} AFTER {event} BEGIN
            UPDATE substances_structures_revision SET value = lower(hex(randomblob(16))); END"""  # noqa: S608 - constants of this migration only
        for table, name, event in [
            ("substances_fingerprint", "added", "INSERT ON substances_fingerprint"),
            ("substances_fingerprint", "changed", "UPDATE ON substances_fingerprint"),
            ("substances_fingerprint", "removed", "DELETE ON substances_fingerprint"),
            ("substances_structure", "changed", "UPDATE ON substances_structure"),
            (
                "substances_substance",
                "merged",
                """UPDATE OF merged_into_id ON substances_substance
                WHEN old.merged_into_id IS NOT new.merged_into_id""",
            ),
        ]
    ),
]
SQLITE_BACKWARDS = [
    *(
        f"DROP TRIGGER {name}"
        for name in [
            "substances_substance_merged",
            "substances_structure_changed",
            "substances_fingerprint_removed",
            "substances_fingerprint_changed",
            "substances_fingerprint_added",
            "substances_searchterm_not_changed",
            "substances_searchterm_removed",
            "substances_searchterm_added",
        ]
    ),
    "DROP TABLE substances_structures_revision",
    "DROP TABLE substances_searchterm_fts",
]

POSTGRESQL_FORWARDS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """CREATE INDEX search_term_trigrams ON substances_searchterm USING gin (folded gin_trgm_ops)
        WHERE kind NOT IN ('formula', 'inchi', 'smiles')""",
    "CREATE INDEX search_term_beginning ON substances_searchterm (folded varchar_pattern_ops)",
    "CREATE TABLE substances_structures_revision (one integer PRIMARY KEY CHECK (one = 1), value text NOT NULL)",
    "INSERT INTO substances_structures_revision VALUES (1, replace(gen_random_uuid()::text, '-', ''))",
    """CREATE FUNCTION substances_structures_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE substances_structures_revision SET value = replace(gen_random_uuid()::text, '-', '');
        RETURN NULL; END $$""",
    """CREATE TRIGGER substances_fingerprint_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
        ON substances_fingerprint FOR EACH STATEMENT EXECUTE FUNCTION substances_structures_changed()""",
    """CREATE TRIGGER substances_structure_changed AFTER UPDATE
        ON substances_structure FOR EACH STATEMENT EXECUTE FUNCTION substances_structures_changed()""",
    """CREATE TRIGGER substances_substance_merged AFTER UPDATE OF merged_into_id ON substances_substance
        FOR EACH ROW WHEN (old.merged_into_id IS DISTINCT FROM new.merged_into_id)
        EXECUTE FUNCTION substances_structures_changed()""",
]
POSTGRESQL_BACKWARDS = [
    "DROP TRIGGER substances_substance_merged ON substances_substance",
    "DROP TRIGGER substances_structure_changed ON substances_structure",
    "DROP TRIGGER substances_fingerprint_changed ON substances_fingerprint",
    "DROP FUNCTION substances_structures_changed()",
    "DROP TABLE substances_structures_revision",
    "DROP INDEX search_term_beginning",
    "DROP INDEX search_term_trigrams",
]


def _run(statements):
    def run(apps, schema_editor):
        for statement in statements.get(schema_editor.connection.vendor, []):
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("substances", "0001_initial")]
    operations = [
        migrations.RunPython(
            _run({"sqlite": SQLITE_FORWARDS, "postgresql": POSTGRESQL_FORWARDS}),
            _run({"sqlite": SQLITE_BACKWARDS, "postgresql": POSTGRESQL_BACKWARDS}),
        ),
    ]
