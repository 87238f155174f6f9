-- +goose Up
-- Counts up with every change of an organisation's branches and regions, in the same transaction: whoever keeps them in memory
-- reads one number to know that they are still what they were.
ALTER TABLE organisations ADD COLUMN places_rev bigint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE organisations DROP COLUMN places_rev;
