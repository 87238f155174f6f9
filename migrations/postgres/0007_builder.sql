-- +goose Up
-- The steps by which a draft came to be what it is: who did what, and the draft as it was before, compressed. They go when
-- the draft is published or thrown away. undoes is the step that an undo or redo is about; touches is a JSON list.
CREATE TABLE draft_steps (
    org_id uuid NOT NULL,
    version_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    sentence text NOT NULL,
    touches text NOT NULL,
    undoes integer NOT NULL,
    member_id text NOT NULL,
    first_revision integer NOT NULL,
    last_revision integer NOT NULL,
    began_at timestamptz NOT NULL,
    at timestamptz NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (org_id, version_id, seq),
    CHECK (kind IN ('edit', 'undo', 'redo', 'restore', 'import')),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id)
);
SELECT app.guard('draft_steps');

-- +goose Down
DROP TABLE draft_steps;
