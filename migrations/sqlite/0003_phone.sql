-- +goose Up
-- What a phone needs: grants that let it send without a session, signed receipts with the keys that signed them, photos on
-- their way in, check-ins, and what is known of a phone's clock.

-- One phone may append to one visit's log without a session until then. The token is kept as its hash.
CREATE TABLE grants (
    org_id text NOT NULL,
    id text NOT NULL,
    visit_id text NOT NULL,
    member_id text NOT NULL,
    device text NOT NULL,
    token_hash text NOT NULL,
    created_at datetime NOT NULL,
    until datetime NOT NULL,
    revoked_at datetime,
    used_at datetime,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, token_hash),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
-- the live grants of a visit
CREATE INDEX grants_by_visit ON grants (org_id, visit_id, created_at);
-- stopping all phones of a member
CREATE INDEX grants_by_member ON grants (org_id, member_id, created_at);

-- Public keys of receipts, of the installation and not of an organisation. They are kept for ever: old receipts name them.
CREATE TABLE receipt_keys (
    id text NOT NULL PRIMARY KEY,
    public text NOT NULL, -- base64url of the 32 bytes
    from_at datetime NOT NULL,
    until_at datetime -- when another key took over
);

-- Receipts as they were given out: statement is exactly the bytes that were signed. seq and head are the end of the submission's log.
CREATE TABLE receipts (
    org_id text NOT NULL,
    code text NOT NULL,
    visit_id text NOT NULL,
    submission_id text NOT NULL,
    stage text NOT NULL,
    head text NOT NULL,
    seq integer NOT NULL,
    statement text NOT NULL,
    signature text NOT NULL,
    key_id text NOT NULL,
    created_at datetime NOT NULL,
    PRIMARY KEY (org_id, code),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id),
    FOREIGN KEY (org_id, submission_id) REFERENCES submissions (org_id, id)
);
-- a seal that is repeated
CREATE INDEX receipts_by_submission ON receipts (org_id, submission_id);
-- whoever types a code, before the organisation is known
CREATE INDEX receipts_by_code ON receipts (code);
-- +goose StatementBegin
CREATE TRIGGER receipts_no_update BEFORE UPDATE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER receipts_no_delete BEFORE DELETE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;
-- +goose StatementEnd

-- Photos on their way in, under the ids that their phones gave them. received is how many bytes are here.
CREATE TABLE uploads (
    org_id text NOT NULL,
    id text NOT NULL,
    visit_id text NOT NULL,
    submission_id text NOT NULL,
    question text NOT NULL,
    sha256 text NOT NULL,
    type text NOT NULL,
    length integer NOT NULL,
    received integer NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    done_at datetime,
    metadata text NOT NULL, -- as the phone told it, to be told again
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id),
    FOREIGN KEY (org_id, submission_id) REFERENCES submissions (org_id, id)
);
CREATE INDEX uploads_by_visit ON uploads (org_id, visit_id);
-- those that are not whole: counting and sweeping
CREATE INDEX uploads_by_age ON uploads (org_id, updated_at) WHERE done_at IS NULL;

-- The pieces of an upload; their bytes are in the blob store under that key.
CREATE TABLE upload_parts (
    org_id text NOT NULL,
    upload_id text NOT NULL,
    start integer NOT NULL,
    size integer NOT NULL,
    blob text NOT NULL,
    PRIMARY KEY (org_id, upload_id, start),
    FOREIGN KEY (org_id, upload_id) REFERENCES uploads (org_id, id)
);

-- Where a shopper said that he was. Evidence for the editor, never a condition.
CREATE TABLE checkins (
    org_id text NOT NULL,
    visit_id text NOT NULL,
    at datetime NOT NULL, -- as the phone told it
    refused boolean NOT NULL,
    lat real,
    lon real,
    accuracy real,
    distance_m real,
    created_at datetime NOT NULL,
    PRIMARY KEY (org_id, visit_id),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);

-- When something of a visit happened that its stages wait for: a stage was sealed, or an event that the programme names.
-- late: the stage was sealed after its time.
CREATE TABLE moments (
    org_id text NOT NULL,
    visit_id text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    at datetime NOT NULL,
    late boolean NOT NULL,
    PRIMARY KEY (org_id, visit_id, kind, name),
    CHECK (kind IN ('sealed', 'happened')),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);

-- heads is the present value of each field with the op and device it came from: two of a field are a conflict.
ALTER TABLE reports ADD COLUMN heads text NOT NULL DEFAULT '';

-- The checklist that a phone fills in (sha256 of its version), and what is known of its clock: the server's minus its own.
ALTER TABLE submissions ADD COLUMN checklist text NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN clock_offset_ms integer NOT NULL DEFAULT 0;
ALTER TABLE submissions ADD COLUMN clock_flag text NOT NULL DEFAULT '';

-- late: came after its report, or its stage, was sealed; kept for the editor, no part of the report.
-- corrected_at: when the answer was given, the phone's time set right by what was known of its clock.
ALTER TABLE ops ADD COLUMN late boolean NOT NULL DEFAULT FALSE;
ALTER TABLE ops ADD COLUMN corrected_at datetime;

-- What the phone sent, before the server cleaned it: receipts name these.
ALTER TABLE photos ADD COLUMN sent_sha256 text NOT NULL DEFAULT '';
ALTER TABLE photos ADD COLUMN sent_size integer NOT NULL DEFAULT 0;
ALTER TABLE photos ADD COLUMN submission_id text;
-- came for a part that was sealed already: kept for the editor, no part of the report.
ALTER TABLE photos ADD COLUMN late boolean NOT NULL DEFAULT FALSE;

-- opened_at: a phone has the checklist of this visit. reminded_at: its shopper was reminded of unsent notes.
ALTER TABLE visits ADD COLUMN opened_at datetime;
ALTER TABLE visits ADD COLUMN reminded_at datetime;

-- How a person wants to be reminded of what his phone may not have sent: mail, or none.
ALTER TABLE people ADD COLUMN remind text NOT NULL DEFAULT 'mail';

-- +goose Down
ALTER TABLE people DROP COLUMN remind;
ALTER TABLE visits DROP COLUMN reminded_at;
ALTER TABLE visits DROP COLUMN opened_at;
ALTER TABLE photos DROP COLUMN late;
ALTER TABLE photos DROP COLUMN submission_id;
ALTER TABLE photos DROP COLUMN sent_size;
ALTER TABLE photos DROP COLUMN sent_sha256;
ALTER TABLE ops DROP COLUMN corrected_at;
ALTER TABLE ops DROP COLUMN late;
ALTER TABLE submissions DROP COLUMN clock_flag;
ALTER TABLE submissions DROP COLUMN clock_offset_ms;
ALTER TABLE submissions DROP COLUMN checklist;
ALTER TABLE reports DROP COLUMN heads;
DROP TABLE moments;
DROP TABLE checkins;
DROP TABLE upload_parts;
DROP TABLE uploads;
DROP TABLE receipts;
DROP TABLE receipt_keys;
DROP TABLE grants;
