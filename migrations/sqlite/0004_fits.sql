-- +goose Up
-- What a comparison of many branches rests on: single visits in few bytes, and what was found out about all of them at night.

-- The published visits of one branch and month, a line each: visit, shopper and version (base64url of their 16 bytes), base score
-- in basis points, scenario, a letter a standard. rev is the programme's data_rev when the row last changed.
CREATE TABLE rollup_visits (
    org_id text NOT NULL,
    programme_id text NOT NULL,
    month text NOT NULL,
    branch_id text NOT NULL,
    rev integer NOT NULL,
    lines text NOT NULL,
    PRIMARY KEY (org_id, programme_id, month, branch_id),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id)
);
-- what changed since a fit was made
CREATE INDEX rollup_visits_by_rev ON rollup_visits (org_id, programme_id, rev);

-- What was found out about a programme's branches in a window of months, from the data of data_rev. body is gob, deflated, in
-- base64; format says which. It can be thrown away at any time.
CREATE TABLE fits (
    org_id text NOT NULL,
    programme_id text NOT NULL,
    from_month text NOT NULL,
    to_month text NOT NULL,
    data_rev integer NOT NULL,
    version_id text NOT NULL,
    format integer NOT NULL,
    made_at datetime NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (org_id, programme_id, from_month, to_month),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id)
);

-- +goose Down
DROP TABLE fits;
DROP TABLE rollup_visits;
