-- +goose Up
-- Who is known to the installation already joins another organisation himself, with a link that only he was given:
-- an address alone proves nothing. join_hash is of that link's secret; '' once he has joined.
ALTER TABLE members ADD COLUMN join_hash text NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN join_until datetime;

-- +goose Down
ALTER TABLE members DROP COLUMN join_until;
ALTER TABLE members DROP COLUMN join_hash;
