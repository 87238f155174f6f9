-- +goose Up
-- What the questions of a programme's versions did in published visits: which of them earn their place.

-- Counts of one question. Marks and rests are basis points, times thousandths of log2 of seconds; the order of the columns is
-- that of visit.QuestionRollup.
CREATE TABLE rollup_questions (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    month text NOT NULL,
    version_id uuid NOT NULL,
    scenario text NOT NULL,
    question text NOT NULL,
    asked bigint NOT NULL,
    na bigint NOT NULL,
    unseen bigint NOT NULL,
    missing bigint NOT NULL,
    marked bigint NOT NULL,
    full_mark bigint NOT NULL,
    no_mark bigint NOT NULL,
    sum_mark bigint NOT NULL,
    sum_mark2 bigint NOT NULL,
    pairs bigint NOT NULL,
    sum_pair bigint NOT NULL,
    sum_pair2 bigint NOT NULL,
    sum_rest bigint NOT NULL,
    sum_rest2 bigint NOT NULL,
    sum_both bigint NOT NULL,
    logged bigint NOT NULL,
    changed bigint NOT NULL,
    returned bigint NOT NULL,
    noted bigint NOT NULL,
    timed bigint NOT NULL,
    sum_time bigint NOT NULL,
    sum_time2 bigint NOT NULL,
    levels bigint NOT NULL,
    outcomes bigint NOT NULL,
    PRIMARY KEY (org_id, programme_id, month, version_id, scenario, question),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id)
);
SELECT app.guard('rollup_questions');

-- What the published visits of one branch and month hung on, a line a visit and only of those that hung on a question: how
-- often (less than 0: taken out), scenario, questions. visit.EachTurn reads it.
CREATE TABLE rollup_turns (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    month text NOT NULL,
    branch_id uuid NOT NULL,
    version_id uuid NOT NULL,
    lines text NOT NULL,
    PRIMARY KEY (org_id, programme_id, month, branch_id, version_id),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id)
);
SELECT app.guard('rollup_turns');

-- +goose Down
DROP TABLE rollup_turns;
DROP TABLE rollup_questions;
