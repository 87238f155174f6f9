-- +goose Up
-- lists of what was sent in, newest first
CREATE INDEX visits_by_visited ON visits (org_id, state, visited_on);
-- beside the others, of which the planner knows how much each narrows, an index of which it knows nothing would seem the best
PRAGMA analysis_limit = 1000;
ANALYZE visits;

-- +goose Down
DROP INDEX visits_by_visited;
