-- +goose Up
-- What the questions of one lately published visit did, until the chores add it to rollup_questions and rollup_turns: forty
-- rows that all reports of a month share are too much to change for each of them. Readers take both together.
CREATE TABLE rollup_fresh (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    month text NOT NULL,
    branch_id uuid NOT NULL,
    version_id uuid NOT NULL,
    scenario text NOT NULL,
    counts bytea NOT NULL,
    lines text NOT NULL,
    PRIMARY KEY (org_id, programme_id, id),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id)
);
SELECT app.guard('rollup_fresh');

-- +goose Down
DROP TABLE rollup_fresh;
