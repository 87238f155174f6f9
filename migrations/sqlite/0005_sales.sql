-- +goose Up
-- What branches sold, week by week, as an owner brought it, and what was found when it was held beside the scores. Sales are
-- for statistics only: in any currency, the same for all, with the other numbers of the line (days open, say) as JSON.
CREATE TABLE sales (
    org_id text NOT NULL,
    branch_id text NOT NULL,
    week integer NOT NULL, -- from the one that began on Monday 1970-01-05
    amount real NOT NULL,
    controls text NOT NULL,
    PRIMARY KEY (org_id, branch_id, week),
    FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id)
);

-- The answer for one programme, worked out when sales came in. lag is how many periods sales follow after; it was fixed with the import.
CREATE TABLE sales_links (
    org_id text NOT NULL,
    programme_id text NOT NULL,
    lag integer NOT NULL,
    result text NOT NULL,
    made_at datetime NOT NULL,
    PRIMARY KEY (org_id, programme_id),
    FOREIGN KEY (org_id, programme_id) REFERENCES programmes (org_id, id)
);

-- +goose Down
DROP TABLE sales_links;
DROP TABLE sales;
