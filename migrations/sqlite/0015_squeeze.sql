-- +goose Up
-- How long values are packed is PostgreSQL's affair.
SELECT 1;

-- +goose Down
SELECT 1;
