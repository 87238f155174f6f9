-- +goose Up
-- lists of what was sent in, newest first
CREATE INDEX visits_by_visited ON visits (org_id, state, visited_on);

-- +goose Down
DROP INDEX visits_by_visited;
