-- Organisations, their regions and branches, people and their membership, sessions, one-time links, tokens of
-- programs, and the chain of events. Walls: every table with an org_id has the organisation first in its primary key
-- and composite foreign keys (org_id, x_id). SQLite has no row-level security; every statement names the organisation.
--
-- +goose Up
CREATE TABLE organisations (
  id          text     NOT NULL PRIMARY KEY,
  name        text     NOT NULL,
  zone        text     NOT NULL,
  currency    text     NOT NULL,
  created_at  datetime NOT NULL,
  row_version integer  NOT NULL
);

CREATE TABLE regions (
  org_id      text    NOT NULL REFERENCES organisations (id),
  id          text    NOT NULL,
  parent_id   text,
  name        text    NOT NULL,
  row_version integer NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, parent_id) REFERENCES regions (org_id, id)
);
-- no two regions of one name side by side; also finds the regions below one
CREATE UNIQUE INDEX regions_name ON regions (org_id, coalesce(parent_id, ''), lower(name));
-- the regions below one, for the foreign key
CREATE INDEX regions_parent ON regions (org_id, parent_id);

CREATE TABLE branches (
  org_id      text    NOT NULL REFERENCES organisations (id),
  id          text    NOT NULL,
  code        text    NOT NULL,
  name        text    NOT NULL,
  region_id   text, -- today's, kept beside branch_regions for the scope of every list
  format      text    NOT NULL,
  channel     text    NOT NULL,
  kind        text    NOT NULL,
  zone        text    NOT NULL,
  address     text    NOT NULL,
  features    text    NOT NULL,
  latitude    real,
  longitude   real,
  active      boolean NOT NULL,
  row_version integer NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, region_id) REFERENCES regions (org_id, id),
  CHECK ((latitude IS NULL) = (longitude IS NULL))
);
-- code is how files and people name a branch; the list of branches is sorted by it
CREATE UNIQUE INDEX branches_code ON branches (org_id, code);
-- the branches of a regional manager
CREATE INDEX branches_region ON branches (org_id, region_id);

-- Which branch was in which region, and when: from_on is the first day, to_on the day after the last, NULL until today.
CREATE TABLE branch_regions (
  org_id    text NOT NULL,
  branch_id text NOT NULL,
  region_id text NOT NULL,
  from_on   date NOT NULL,
  to_on     date,
  PRIMARY KEY (org_id, branch_id, from_on),
  FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id),
  FOREIGN KEY (org_id, region_id) REFERENCES regions (org_id, id),
  CHECK (to_on > from_on)
);
-- a branch is in one region at a time
CREATE UNIQUE INDEX branch_regions_open ON branch_regions (org_id, branch_id) WHERE to_on IS NULL;
-- the history of a region
CREATE INDEX branch_regions_region ON branch_regions (org_id, region_id, from_on);

CREATE TABLE people (
  id             text     NOT NULL PRIMARY KEY,
  email          text     NOT NULL,
  name           text     NOT NULL,
  password_hash  text     NOT NULL,
  created_at     datetime NOT NULL,
  deactivated_at datetime,
  row_version    integer  NOT NULL
);
-- sign-in
CREATE UNIQUE INDEX people_email ON people (email);

CREATE TABLE members (
  org_id      text     NOT NULL REFERENCES organisations (id),
  id          text     NOT NULL,
  person_id   text     NOT NULL REFERENCES people (id),
  alias       text     NOT NULL,
  active      boolean  NOT NULL,
  created_at  datetime NOT NULL,
  row_version integer  NOT NULL,
  PRIMARY KEY (org_id, id)
);
-- one membership per person and organisation; finds the actor of each request
CREATE UNIQUE INDEX members_person ON members (org_id, person_id);
-- the organisations of a person, before one is chosen
CREATE INDEX members_by_person ON members (person_id);
CREATE UNIQUE INDEX members_alias ON members (org_id, lower(alias));

CREATE TABLE member_roles (
  org_id    text NOT NULL,
  member_id text NOT NULL,
  role      text NOT NULL,
  PRIMARY KEY (org_id, member_id, role),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
-- who has a role: the last owner, the shoppers to choose from
CREATE INDEX member_roles_role ON member_roles (org_id, role, member_id);

CREATE TABLE member_regions (
  org_id    text NOT NULL,
  member_id text NOT NULL,
  region_id text NOT NULL,
  PRIMARY KEY (org_id, member_id, region_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, region_id) REFERENCES regions (org_id, id)
);
-- for the foreign key, when a region goes
CREATE INDEX member_regions_region ON member_regions (org_id, region_id);

CREATE TABLE member_branches (
  org_id    text NOT NULL,
  member_id text NOT NULL,
  branch_id text NOT NULL,
  PRIMARY KEY (org_id, member_id, branch_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id)
);
-- the managers of a branch
CREATE INDEX member_branches_branch ON member_branches (org_id, branch_id);

CREATE TABLE sessions (
  id             text     NOT NULL PRIMARY KEY,
  person_id      text     NOT NULL REFERENCES people (id),
  token_hash     text     NOT NULL,
  previous_hash  text, -- the token before the last change of token, honoured until previous_until
  previous_until datetime,
  shopper_only   boolean  NOT NULL,
  renew          boolean  NOT NULL, -- rights changed: the next request gets a new token
  agent          text     NOT NULL,
  created_at     datetime NOT NULL,
  last_seen_at   datetime NOT NULL,
  expires_at     datetime NOT NULL
);
-- each request
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_previous ON sessions (previous_hash) WHERE previous_hash IS NOT NULL;
-- list of own sessions, sign-out everywhere
CREATE INDEX sessions_person ON sessions (person_id, last_seen_at);
-- sweeping
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE links (
  id         text     NOT NULL PRIMARY KEY,
  token_hash text     NOT NULL,
  person_id  text     REFERENCES people (id), -- NULL for the set-up link
  purpose    text     NOT NULL,
  created_at datetime NOT NULL,
  expires_at datetime NOT NULL,
  used_at    datetime
);
CREATE UNIQUE INDEX links_token ON links (token_hash);
-- a new link of a purpose ends the older ones
CREATE INDEX links_person ON links (person_id, purpose);
-- sweeping
CREATE INDEX links_expires ON links (expires_at);

-- Counters of failed sign-ins; the key is a hash of the account or the address, so that neither is stored here.
CREATE TABLE attempts (
  key        text     NOT NULL PRIMARY KEY,
  failures   integer  NOT NULL,
  last_at    datetime NOT NULL,
  blocked_at datetime NOT NULL -- no attempt counts before this time
);
-- sweeping
CREATE INDEX attempts_last ON attempts (last_at);

CREATE TABLE tokens (
  org_id       text     NOT NULL REFERENCES organisations (id),
  id           text     NOT NULL,
  name         text     NOT NULL,
  hash         text     NOT NULL,
  scopes       text     NOT NULL,
  created_at   datetime NOT NULL,
  last_used_at datetime,
  revoked_at   datetime,
  PRIMARY KEY (org_id, id)
);
-- each request of a program; 256 random bits, so that its uniqueness tells nothing of another organisation
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

-- The chain: the bytes of body are what was hashed.
-- No foreign key to organisations: each entry would share a lock on that one row; event_heads has it, and no entry is
-- written without its head.
CREATE TABLE events (
  org_id text     NOT NULL,
  seq    integer  NOT NULL,
  at     datetime NOT NULL,
  prev   text     NOT NULL,
  hash   text     NOT NULL,
  actor  text     NOT NULL,
  verb   text     NOT NULL,
  kind   text     NOT NULL,
  thing  text     NOT NULL,
  body   text     NOT NULL,
  PRIMARY KEY (org_id, seq)
);
-- the history of one thing
CREATE INDEX events_thing ON events (org_id, kind, thing, seq);
-- +goose StatementBegin
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events is append-only'); END;
-- +goose StatementEnd

-- The end of each chain: its row is locked while an entry is added.
CREATE TABLE event_heads (
  org_id text    NOT NULL PRIMARY KEY REFERENCES organisations (id),
  seq    integer NOT NULL,
  hash   text    NOT NULL
);

-- +goose Down
DROP TABLE event_heads;
DROP TABLE events;
DROP TABLE tokens;
DROP TABLE attempts;
DROP TABLE links;
DROP TABLE sessions;
DROP TABLE member_branches;
DROP TABLE member_regions;
DROP TABLE member_roles;
DROP TABLE members;
DROP TABLE people;
DROP TABLE branch_regions;
DROP TABLE branches;
DROP TABLE regions;
DROP TABLE organisations;
