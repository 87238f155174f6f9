-- +goose Up
-- Reference photos of standards: what Good looks like. A version names one by the hash of its bytes and keeps the one of its
-- day; bytes that no version names any more stay, because an older draft may come back.
CREATE TABLE standard_pictures (
    org_id text NOT NULL REFERENCES organisations (id),
    sha256 text NOT NULL,
    size integer NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    added_at datetime NOT NULL,
    added_by text NOT NULL,
    PRIMARY KEY (org_id, sha256)
);

-- +goose Down
DROP TABLE standard_pictures;
