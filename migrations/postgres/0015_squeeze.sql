-- +goose Up
-- The lines of a branch's busy month are longer than a row may be, and are packed anew with each visit. LZ4 packs and unpacks
-- in a fraction of the time that PostgreSQL's own way takes, at the same length. A PostgreSQL without it keeps its own way.
-- +goose StatementBegin
DO $$
DECLARE
    column_of text[];
BEGIN
    IF 'lz4' = ANY ((SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression')::text[]) THEN
        FOREACH column_of SLICE 1 IN ARRAY ARRAY[
            ['rollup_visits', 'lines'], ['rollup_turns', 'lines'], ['reports', 'answers'], ['reports', 'result'], ['ops', 'body']
        ] LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET COMPRESSION lz4', column_of[1], column_of[2]); -- unknown before 14
        END LOOP;
    END IF;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- Columns packed in either way are read by the same servers; their tables go with the migrations that made them.
SELECT 1;
