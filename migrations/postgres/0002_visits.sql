-- +goose Up
-- Programmes and their versions, visits, reports with their op log, and the rollups that comparison reads.
-- Every key starts with the organisation; every reference carries it, so that no row can point into another organisation.
-- Only programmes refer to the organisation itself: all else hangs from them, and a second check of each row would cost time.

-- A programme of measurement; its contents are in versions. data_rev grows with every change of its rollups.
CREATE TABLE programmes (
    org_id uuid NOT NULL REFERENCES organisations (id),
    id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    data_rev bigint NOT NULL,
    archived_at timestamptz,
    created_at timestamptz NOT NULL,
    row_version integer NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, key)
);
SELECT app.guard('programmes');

-- A version of a programme: standards and checklist together, as canonical JSON. Published ones never change.
CREATE TABLE versions (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    hash text NOT NULL,
    document text NOT NULL,
    note text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    published_at timestamptz,
    published_by text NOT NULL,
    effective_on text NOT NULL,
    row_version integer NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, programme_id, number),
    CHECK (state IN ('draft', 'published')),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id)
);
CREATE UNIQUE INDEX versions_one_draft ON versions (org_id, programme_id) WHERE state = 'draft';
SELECT app.guard('versions');

-- One visit from plan to publication. shopper_id is a membership. client_key makes planning by programs repeatable.
CREATE TABLE visits (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    programme_id uuid NOT NULL,
    version_id uuid,
    branch_id uuid NOT NULL,
    scenario text NOT NULL,
    shopper_id uuid,
    state text NOT NULL,
    pseudonym text NOT NULL,
    due_at timestamptz NOT NULL,
    fee bigint NOT NULL,
    reimburse bigint NOT NULL,
    currency text NOT NULL,
    visited_on text NOT NULL,
    month text NOT NULL,
    created_at timestamptz NOT NULL,
    taken_at timestamptz,
    started_at timestamptz,
    received_at timestamptz,
    decided_at timestamptz,
    published_at timestamptz,
    reviewer_id text NOT NULL,
    stages_sealed text NOT NULL,
    reason text NOT NULL,
    client_key text,
    base_bp integer,
    final_bp integer,
    level text NOT NULL,
    row_version integer NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, client_key),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id),
    FOREIGN KEY (org_id, shopper_id) REFERENCES members (org_id, id)
);
-- My visits
CREATE INDEX visits_by_shopper ON visits (org_id, shopper_id, state, due_at);
-- the editor's queue, the job board, the scheduler's list
CREATE INDEX visits_by_state ON visits (org_id, state, due_at, id);
-- drill-down to a branch, newest first
CREATE INDEX visits_by_branch ON visits (org_id, branch_id, state, visited_on);
-- what-if and rebuilding: published visits of a programme by month
CREATE INDEX visits_by_month ON visits (org_id, programme_id, state, month, id);
SELECT app.guard('visits');

-- What a visit found: answers and comments as materialised from the op log, and the stored result.
CREATE TABLE reports (
    org_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    seq integer NOT NULL,
    head text NOT NULL,
    revision integer NOT NULL,
    context text NOT NULL, -- scenario and the branch's facts on the day: what conditions ask
    answers text NOT NULL,
    comments text NOT NULL,
    result text NOT NULL,
    engine integer NOT NULL,
    completeness_bp integer,
    sealed_at timestamptz,
    receipt_code text NOT NULL,
    receipt text NOT NULL,
    updated_at timestamptz NOT NULL,
    row_version integer NOT NULL,
    PRIMARY KEY (org_id, visit_id),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);
CREATE UNIQUE INDEX reports_by_receipt ON reports (org_id, receipt_code) WHERE receipt_code <> '';
SELECT app.guard('reports');

-- One device's copy of a report, the root of idempotency; seq and head are the end of its op log.
CREATE TABLE submissions (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    visit_id uuid NOT NULL,
    device text NOT NULL,
    seq integer NOT NULL,
    head text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);
CREATE INDEX submissions_by_visit ON submissions (org_id, visit_id);
SELECT app.guard('submissions');

-- The op log: append-only, hash-chained per submission, the truth of a report. body is verbatim what was hashed.
CREATE TABLE ops (
    org_id uuid NOT NULL,
    submission_id uuid NOT NULL,
    seq integer NOT NULL,
    op_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    body text NOT NULL,
    hash text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, submission_id, seq),
    UNIQUE (org_id, op_id),
    FOREIGN KEY (org_id, submission_id) REFERENCES submissions (org_id, id),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);
CREATE INDEX ops_by_visit ON ops (org_id, visit_id);
SELECT app.guard('ops');

-- What a sealed visit says about each standard; series changes when the standard's definition does.
CREATE TABLE outcomes (
    org_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    standard text NOT NULL,
    series text NOT NULL,
    outcome text NOT NULL,
    wow_offered boolean NOT NULL,
    share bigint NOT NULL,
    rate bigint NOT NULL,
    PRIMARY KEY (org_id, visit_id, standard),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);
SELECT app.guard('outcomes');

-- Photos of a report. The bytes are in the blob store under their sha256.
CREATE TABLE photos (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    visit_id uuid NOT NULL,
    question text NOT NULL,
    sha256 text NOT NULL,
    size bigint NOT NULL,
    type text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    added_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);
CREATE INDEX photos_by_visit ON photos (org_id, visit_id);
SELECT app.guard('photos');

-- Words about a report: an editor's notes, reasons for sending back, the shopper's replies, decisions.
CREATE TABLE notes (
    org_id uuid NOT NULL,
    id uuid NOT NULL,
    visit_id uuid NOT NULL,
    author_id text NOT NULL,
    kind text NOT NULL,
    question text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    CHECK (kind IN ('note', 'sent_back', 'reply', 'decision')),
    FOREIGN KEY (org_id, visit_id) REFERENCES visits (org_id, id)
);
CREATE INDEX notes_by_visit ON notes (org_id, visit_id, created_at);
SELECT app.guard('notes');

-- Published visits by branch, shopper, scenario, month and score series: what the comparison of scores adds up.
CREATE TABLE rollup_cells (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    shopper_id uuid NOT NULL,
    scenario text NOT NULL,
    month text NOT NULL,
    series text NOT NULL,
    n bigint NOT NULL,
    sum_bp bigint NOT NULL,
    sum_bp2 bigint NOT NULL,
    unscored bigint NOT NULL,
    sum_penalty bigint NOT NULL,
    caps bigint NOT NULL,
    zeros bigint NOT NULL,
    breaches bigint NOT NULL,
    PRIMARY KEY (org_id, programme_id, month, branch_id, scenario, shopper_id, series),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id)
);
SELECT app.guard('rollup_cells');

-- Published visits by branch, standard series, scenario and month: what the comparison of standards adds up. sum_w and sum_wr are in 1e-9.
CREATE TABLE rollup_standards (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    standard text NOT NULL,
    series text NOT NULL,
    scenario text NOT NULL,
    month text NOT NULL,
    n bigint NOT NULL,
    x bigint NOT NULL,
    n_wow bigint NOT NULL,
    x_wow bigint NOT NULL,
    partial bigint NOT NULL,
    na bigint NOT NULL,
    unknown bigint NOT NULL,
    sum_w bigint NOT NULL,
    sum_wr bigint NOT NULL,
    PRIMARY KEY (org_id, programme_id, month, branch_id, standard, scenario, series),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id)
);
SELECT app.guard('rollup_standards');

-- The op log is append-only, whoever asks.
SELECT app.freeze('ops');

-- A published version never changes.
-- +goose StatementBegin
CREATE FUNCTION app.published_versions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version never changes';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER published_versions_are_kept BEFORE UPDATE OR DELETE ON versions FOR EACH ROW WHEN (OLD.state = 'published')
    EXECUTE FUNCTION app.published_versions_are_kept();

-- +goose Down
DROP TABLE rollup_standards;
DROP TABLE rollup_cells;
DROP TABLE notes;
DROP TABLE photos;
DROP TABLE outcomes;
DROP TABLE ops;
DROP TABLE submissions;
DROP TABLE reports;
DROP TABLE visits;
DROP TABLE versions;
DROP TABLE programmes;
DROP FUNCTION app.published_versions_are_kept();
