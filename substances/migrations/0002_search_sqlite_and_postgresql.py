"""What Django's models cannot say: text search of each database, and which stored structures changed when.

Triggers keep both current whoever writes. On SQLite a later migration that remakes one of these tables drops its
triggers with it and has to make them again; tests/substances/test_text_search.py and test_similarity.py notice.

`substances_structures_revision` holds one random value. It is new after every change to fingerprints, to the
structures under them and to merged and split substances, and it is random, not counted, so that a value that was rolled
back or restored from a backup never comes to stand for other data.

Beside it stands a sequence that grows with every such change; `substances_structures_changed` keeps of each substance
the newest one. Whoever knows all up to a sequence reads what is behind it. The row of the revision is written first, so
that on PostgreSQL two transactions that change structures commit in the order of their sequences: nobody who has seen
one misses an earlier one. `incomplete_before` is where not every change was noted (a table was emptied at once).
"""

from django.db import migrations

_OF_STRUCTURE = "SELECT substance_id AS id FROM substances_structure WHERE id = {}.structure_id"
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
    """CREATE TABLE substances_structures_revision (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL,
        sequence BIGINT NOT NULL, incomplete_before BIGINT NOT NULL)""",
    "INSERT INTO substances_structures_revision VALUES (1, lower(hex(randomblob(16))), 0, 0)",
    "CREATE TABLE substances_structures_changed (substance_id CHAR(32) PRIMARY KEY, sequence BIGINT NOT NULL)",
    "CREATE INDEX structures_changed_by_sequence ON substances_structures_changed (sequence)",
    *(
        f"""CREATE TRIGGER {table}_{name} AFTER {event} BEGIN
            UPDATE substances_structures_revision
                SET value = lower(hex(randomblob(16))), sequence = sequence + 1;
            INSERT INTO substances_structures_changed
                SELECT changed.id, revision.sequence
                FROM ({who}) AS changed JOIN substances_structures_revision AS revision ON changed.id IS NOT NULL
                WHERE true
                ON CONFLICT (substance_id) DO UPDATE SET sequence = excluded.sequence;
            END"""  # noqa: S608 - constants of this migration only
        for table, name, event, who in [
            ("substances_fingerprint", "added", "INSERT ON substances_fingerprint", _OF_STRUCTURE.format("new")),
            (
                "substances_fingerprint",
                "changed",
                "UPDATE ON substances_fingerprint",
                f"{_OF_STRUCTURE.format('new')} UNION {_OF_STRUCTURE.format('old')}",
            ),
            ("substances_fingerprint", "removed", "DELETE ON substances_fingerprint", _OF_STRUCTURE.format("old")),
            (
                "substances_structure",
                "changed",
                "UPDATE ON substances_structure",
                "SELECT new.substance_id AS id UNION SELECT old.substance_id",
            ),
            # Whichever of the two is deleted first, its fingerprints or the structure.
            ("substances_structure", "removed", "DELETE ON substances_structure", "SELECT old.substance_id AS id"),
            (
                "substances_substance",
                "merged",
                """UPDATE OF merged_into_id, split_at ON substances_substance
                WHEN old.merged_into_id IS NOT new.merged_into_id OR old.split_at IS NOT new.split_at""",
                "SELECT new.id AS id",
            ),
        ]
    ),
]
SQLITE_BACKWARDS = [
    *(
        f"DROP TRIGGER {name}"
        for name in [
            "substances_substance_merged",
            "substances_structure_removed",
            "substances_structure_changed",
            "substances_fingerprint_removed",
            "substances_fingerprint_changed",
            "substances_fingerprint_added",
            "substances_searchterm_not_changed",
            "substances_searchterm_removed",
            "substances_searchterm_added",
        ]
    ),
    "DROP TABLE substances_structures_changed",
    "DROP TABLE substances_structures_revision",
    "DROP TABLE substances_searchterm_fts",
]

POSTGRESQL_FORWARDS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """CREATE INDEX search_term_trigrams ON substances_searchterm USING gin (folded gin_trgm_ops)
        WHERE kind NOT IN ('formula', 'inchi', 'smiles')""",
    "CREATE INDEX search_term_beginning ON substances_searchterm (folded varchar_pattern_ops)",
    """CREATE TABLE substances_structures_revision (one integer PRIMARY KEY CHECK (one = 1), value text NOT NULL,
        sequence bigint NOT NULL, incomplete_before bigint NOT NULL)""",
    "INSERT INTO substances_structures_revision VALUES (1, replace(gen_random_uuid()::text, '-', ''), 0, 0)",
    "CREATE TABLE substances_structures_changed (substance_id uuid PRIMARY KEY, sequence bigint NOT NULL)",
    "CREATE INDEX structures_changed_by_sequence ON substances_structures_changed (sequence)",
    """CREATE FUNCTION substances_structures_next() RETURNS bigint LANGUAGE sql AS $$
        UPDATE substances_structures_revision
            SET value = replace(gen_random_uuid()::text, '-', ''), sequence = sequence + 1 RETURNING sequence $$""",
    *(
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE present bigint; BEGIN
            present := substances_structures_next();
            INSERT INTO substances_structures_changed {who}
                ON CONFLICT (substance_id) DO UPDATE SET sequence = excluded.sequence;
            RETURN NULL; END $$"""  # noqa: S608 - constants of this migration only
        for name, who in [
            (
                "substances_fingerprints_touched",
                """SELECT DISTINCT structure.substance_id, present
                FROM touched JOIN substances_structure AS structure ON structure.id = touched.structure_id""",
            ),
            ("substances_structures_touched", "SELECT DISTINCT substance_id, present FROM touched"),
            ("substances_substance_touched", "SELECT new.id, present"),
        ]
    ),
    """CREATE FUNCTION substances_structures_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM substances_structures_next();
        UPDATE substances_structures_revision SET incomplete_before = sequence;
        RETURN NULL; END $$""",
    *(
        f"""CREATE TRIGGER {table}_{name} AFTER {event} ON {table} REFERENCING {side} TABLE AS touched
            FOR EACH STATEMENT EXECUTE FUNCTION {function}()"""
        for table, name, event, side, function in [
            ("substances_fingerprint", "added", "INSERT", "NEW", "substances_fingerprints_touched"),
            ("substances_fingerprint", "changed", "UPDATE", "NEW", "substances_fingerprints_touched"),
            ("substances_fingerprint", "changed_from", "UPDATE", "OLD", "substances_fingerprints_touched"),
            ("substances_fingerprint", "removed", "DELETE", "OLD", "substances_fingerprints_touched"),
            ("substances_structure", "changed", "UPDATE", "NEW", "substances_structures_touched"),
            ("substances_structure", "changed_from", "UPDATE", "OLD", "substances_structures_touched"),
            ("substances_structure", "removed", "DELETE", "OLD", "substances_structures_touched"),
        ]
    ),
    """CREATE TRIGGER substances_fingerprint_emptied AFTER TRUNCATE ON substances_fingerprint
        FOR EACH STATEMENT EXECUTE FUNCTION substances_structures_emptied()""",
    """CREATE TRIGGER substances_substance_merged AFTER UPDATE OF merged_into_id, split_at ON substances_substance
        FOR EACH ROW WHEN (old.merged_into_id IS DISTINCT FROM new.merged_into_id
            OR old.split_at IS DISTINCT FROM new.split_at)
        EXECUTE FUNCTION substances_substance_touched()""",
]
POSTGRESQL_BACKWARDS = [
    "DROP TRIGGER substances_substance_merged ON substances_substance",
    *(
        f"DROP TRIGGER {table}_{name} ON {table}"
        for table, names in [
            ("substances_structure", ("changed", "changed_from", "removed")),
            ("substances_fingerprint", ("added", "changed", "changed_from", "removed", "emptied")),
        ]
        for name in names
    ),
    *(
        f"DROP FUNCTION {name}()"
        for name in [
            "substances_structures_emptied",
            "substances_substance_touched",
            "substances_structures_touched",
            "substances_fingerprints_touched",
            "substances_structures_next",
        ]
    ),
    "DROP TABLE substances_structures_changed",
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
