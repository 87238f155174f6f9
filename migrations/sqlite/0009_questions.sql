-- +goose Up
-- What the questions of a programme's versions did in published visits: which of them earn their place.

-- Counts of one question. Marks and rests are basis points, times thousandths of log2 of seconds; the order of the columns is
-- that of visit.QuestionRollup.
CREATE TABLE rollup_questions (
    org_id text NOT NULL,
    programme_id text NOT NULL,
    month text NOT NULL,
    version_id text NOT NULL,
    scenario text NOT NULL,
    question text NOT NULL,
    asked integer NOT NULL,
    na integer NOT NULL,
    unseen integer NOT NULL,
    missing integer NOT NULL,
    marked integer NOT NULL,
    full_mark integer NOT NULL,
    no_mark integer NOT NULL,
    sum_mark integer NOT NULL,
    sum_mark2 integer NOT NULL,
    pairs integer NOT NULL,
    sum_pair integer NOT NULL,
    sum_pair2 integer NOT NULL,
    sum_rest integer NOT NULL,
    sum_rest2 integer NOT NULL,
    sum_both integer NOT NULL,
    logged integer NOT NULL,
    changed integer NOT NULL,
    returned integer NOT NULL,
    noted integer NOT NULL,
    timed integer NOT NULL,
    sum_time integer NOT NULL,
    sum_time2 integer NOT NULL,
    levels integer NOT NULL,
    outcomes integer NOT NULL,
    PRIMARY KEY (org_id, programme_id, month, version_id, scenario, question),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id)
);

-- What the published visits of one branch and month hung on, a line a visit and only of those that hung on a question: how
-- often (less than 0: taken out), scenario, questions. visit.EachTurn reads it.
CREATE TABLE rollup_turns (
    org_id text NOT NULL,
    programme_id text NOT NULL,
    month text NOT NULL,
    branch_id text NOT NULL,
    version_id text NOT NULL,
    lines text NOT NULL,
    PRIMARY KEY (org_id, programme_id, month, branch_id, version_id),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id),
    FOREIGN KEY (org_id, version_id) REFERENCES versions (org_id, id)
);

-- +goose Down
DROP TABLE rollup_turns;
DROP TABLE rollup_questions;
