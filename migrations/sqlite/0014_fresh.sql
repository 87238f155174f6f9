-- +goose Up
-- What the questions of one lately published visit did, until the chores add it to rollup_questions and rollup_turns: forty
-- rows that all reports of a month share are too much to change for each of them. Readers take both together.
CREATE TABLE rollup_fresh (
    org_id text NOT NULL,
    programme_id text NOT NULL,
    id text NOT NULL,
    month text NOT NULL,
    branch_id text NOT NULL,
    version_id text NOT NULL,
    scenario text NOT NULL,
    counts blob NOT NULL,
    lines text NOT NULL,
    PRIMARY KEY (org_id, programme_id, id),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id)
);

-- +goose Down
DROP TABLE rollup_fresh;
