-- +goose Up
-- In which language the pages are: '' leaves it to the device, then to the organisation. reading is the language in which a
-- person likes checklists, where a programme has it; '' is that of the pages.
ALTER TABLE people ADD COLUMN language text NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN reading text NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN language text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE organisations DROP COLUMN language;
ALTER TABLE people DROP COLUMN reading;
ALTER TABLE people DROP COLUMN language;
