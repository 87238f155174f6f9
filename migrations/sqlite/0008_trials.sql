-- +goose Up
-- Test runs: an owner fills in a draft as a shopper would. They are no visits: nothing that counts, compares, pays or
-- reports reads this table. The checklist stands in the row, so that a run outlives the draft that it was made of.
-- link_hash is of the link that opens a run once, pass_hash of what the phone shows that opened it; '' for none.
CREATE TABLE trials (
    org_id text NOT NULL,
    id text NOT NULL,
    programme_id text NOT NULL,
    number integer NOT NULL,
    draft boolean NOT NULL,
    hash text NOT NULL,
    document text NOT NULL,
    scenario text NOT NULL,
    context text NOT NULL,
    answers text NOT NULL,
    comments text NOT NULL,
    photos text NOT NULL,
    stages text NOT NULL,
    trail text NOT NULL,
    started_by text NOT NULL,
    created_at datetime NOT NULL,
    expires_at datetime NOT NULL,
    opened_at datetime,
    finished_at datetime,
    link_hash text NOT NULL,
    link_until datetime NOT NULL,
    pass_hash text NOT NULL,
    pass_until datetime,
    row_version integer NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id)
);
CREATE INDEX trials_of_programme ON trials (org_id, programme_id, created_at, id);
CREATE INDEX trials_expired ON trials (org_id, expires_at);
CREATE UNIQUE INDEX trials_link ON trials (org_id, link_hash) WHERE link_hash <> '';
CREATE UNIQUE INDEX trials_pass ON trials (org_id, pass_hash) WHERE pass_hash <> '';

-- +goose Down
DROP TABLE trials;
