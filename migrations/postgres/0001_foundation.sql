-- Organisations, their regions and branches, people and their membership, sessions, one-time links, tokens of
-- programs, and the chain of events.
--
-- Walls. Every table with an org_id has the organisation first in its primary key, composite foreign keys
-- (org_id, x_id), and row-level security that shows only the rows of the organisation named by the transaction's
-- setting app.org_id. FORCE makes it hold for the owner of the tables, too, which is who the server is. For that
-- reason a SECURITY DEFINER function would see no more than its caller; what must be known before the organisation
-- is known is therefore opened by three further settings, each of which opens the least it can, and only to SELECT:
--   app.person_id   the memberships of this person, and the names of these organisations (choosing one)
--   app.token_hash  the one token whose secret has this hash (a program's request)
--   app.operator    'on': the list of organisations, for commands of the operator, which then go through them one by one
-- All settings are local to a transaction; internal/store/pgconn.go is the only place that sets them.
-- people, sessions, links and attempts belong to the installation, not to an organisation, and have no policy.
--
-- +goose Up
CREATE SCHEMA app;

-- +goose StatementBegin
CREATE FUNCTION app.current_org() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.org_id', true), '')::uuid $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION app.current_person() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.person_id', true), '')::uuid $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION app.current_token_hash() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.token_hash', true), '') $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION app.is_operator() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('app.operator', true) = 'on', false) $$;
-- +goose StatementEnd

-- guard puts the wall around a table that has an org_id. Every later migration calls it for each table it makes.
-- +goose StatementBegin
CREATE FUNCTION app.guard(t regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
  EXECUTE format('CREATE POLICY own_organisation ON %s USING (org_id = (SELECT app.current_org())) '
    'WITH CHECK (org_id = (SELECT app.current_org()))', t);
END $$;
-- +goose StatementEnd

-- freeze forbids to change, delete or truncate the rows of a table: append-only.
-- +goose StatementBegin
CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION app.freeze(t regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION app.refuse()', t);
  EXECUTE format('CREATE TRIGGER append_only_all BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION app.refuse()', t);
END $$;
-- +goose StatementEnd

CREATE TABLE organisations (
  id          uuid        NOT NULL PRIMARY KEY,
  name        text        NOT NULL,
  zone        text        NOT NULL,
  currency    text        NOT NULL,
  created_at  timestamptz NOT NULL,
  row_version integer     NOT NULL
);

CREATE TABLE regions (
  org_id      uuid    NOT NULL REFERENCES organisations (id),
  id          uuid    NOT NULL,
  parent_id   uuid,
  name        text    NOT NULL,
  row_version integer NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, parent_id) REFERENCES regions (org_id, id)
);
-- no two regions of one name side by side; also finds the regions below one
CREATE UNIQUE INDEX regions_name ON regions (org_id, coalesce(parent_id, '00000000-0000-0000-0000-000000000000'), lower(name));
-- the regions below one, for the foreign key
CREATE INDEX regions_parent ON regions (org_id, parent_id);

CREATE TABLE branches (
  org_id      uuid             NOT NULL REFERENCES organisations (id),
  id          uuid             NOT NULL,
  code        text             NOT NULL,
  name        text             NOT NULL,
  region_id   uuid, -- today's, kept beside branch_regions for the scope of every list
  format      text             NOT NULL,
  channel     text             NOT NULL,
  kind        text             NOT NULL,
  zone        text             NOT NULL,
  address     text             NOT NULL,
  features    jsonb            NOT NULL,
  latitude    double precision,
  longitude   double precision,
  active      boolean          NOT NULL,
  row_version integer          NOT NULL,
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
  org_id    uuid NOT NULL,
  branch_id uuid NOT NULL,
  region_id uuid NOT NULL,
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
  id             uuid        NOT NULL PRIMARY KEY,
  email          text        NOT NULL,
  name           text        NOT NULL,
  password_hash  text        NOT NULL,
  created_at     timestamptz NOT NULL,
  deactivated_at timestamptz,
  row_version    integer     NOT NULL
);
-- sign-in
CREATE UNIQUE INDEX people_email ON people (email);

CREATE TABLE members (
  org_id      uuid        NOT NULL REFERENCES organisations (id),
  id          uuid        NOT NULL,
  person_id   uuid        NOT NULL REFERENCES people (id),
  alias       text        NOT NULL,
  active      boolean     NOT NULL,
  created_at  timestamptz NOT NULL,
  row_version integer     NOT NULL,
  PRIMARY KEY (org_id, id)
);
-- one membership per person and organisation; finds the actor of each request
CREATE UNIQUE INDEX members_person ON members (org_id, person_id);
-- the organisations of a person, before one is chosen
CREATE INDEX members_by_person ON members (person_id);
CREATE UNIQUE INDEX members_alias ON members (org_id, lower(alias));

CREATE TABLE member_roles (
  org_id    uuid NOT NULL,
  member_id uuid NOT NULL,
  role      text NOT NULL,
  PRIMARY KEY (org_id, member_id, role),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id)
);
-- who has a role: the last owner, the shoppers to choose from
CREATE INDEX member_roles_role ON member_roles (org_id, role, member_id);

CREATE TABLE member_regions (
  org_id    uuid NOT NULL,
  member_id uuid NOT NULL,
  region_id uuid NOT NULL,
  PRIMARY KEY (org_id, member_id, region_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, region_id) REFERENCES regions (org_id, id)
);
-- for the foreign key, when a region goes
CREATE INDEX member_regions_region ON member_regions (org_id, region_id);

CREATE TABLE member_branches (
  org_id    uuid NOT NULL,
  member_id uuid NOT NULL,
  branch_id uuid NOT NULL,
  PRIMARY KEY (org_id, member_id, branch_id),
  FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id),
  FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, id)
);
-- the managers of a branch
CREATE INDEX member_branches_branch ON member_branches (org_id, branch_id);

CREATE TABLE sessions (
  id             uuid        NOT NULL PRIMARY KEY,
  person_id      uuid        NOT NULL REFERENCES people (id),
  token_hash     text        NOT NULL,
  previous_hash  text, -- the token before the last change of token, honoured until previous_until
  previous_until timestamptz,
  shopper_only   boolean     NOT NULL,
  renew          boolean     NOT NULL, -- rights changed: the next request gets a new token
  agent          text        NOT NULL,
  created_at     timestamptz NOT NULL,
  last_seen_at   timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL
);
-- each request
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_previous ON sessions (previous_hash) WHERE previous_hash IS NOT NULL;
-- list of own sessions, sign-out everywhere
CREATE INDEX sessions_person ON sessions (person_id, last_seen_at);
-- sweeping
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE links (
  id         uuid        NOT NULL PRIMARY KEY,
  token_hash text        NOT NULL,
  person_id  uuid REFERENCES people (id), -- NULL for the set-up link
  purpose    text        NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE UNIQUE INDEX links_token ON links (token_hash);
-- a new link of a purpose ends the older ones
CREATE INDEX links_person ON links (person_id, purpose);
-- sweeping
CREATE INDEX links_expires ON links (expires_at);

-- Counters of failed sign-ins; the key is a hash of the account or the address, so that neither is stored here.
CREATE TABLE attempts (
  key        text        NOT NULL PRIMARY KEY,
  failures   integer     NOT NULL,
  last_at    timestamptz NOT NULL,
  blocked_at timestamptz NOT NULL -- no attempt counts before this time
);
-- sweeping
CREATE INDEX attempts_last ON attempts (last_at);

CREATE TABLE tokens (
  org_id       uuid        NOT NULL REFERENCES organisations (id),
  id           uuid        NOT NULL,
  name         text        NOT NULL,
  hash         text        NOT NULL,
  scopes       jsonb       NOT NULL,
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  PRIMARY KEY (org_id, id)
);
-- each request of a program; 256 random bits, so that its uniqueness tells nothing of another organisation
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

-- The chain. body is text, not jsonb: its bytes are what was hashed.
-- No foreign key to organisations: each entry would share a lock on that one row; event_heads has it, and no entry is
-- written without its head.
CREATE TABLE events (
  org_id uuid        NOT NULL,
  seq    bigint      NOT NULL,
  at     timestamptz NOT NULL,
  prev   text        NOT NULL,
  hash   text        NOT NULL,
  actor  text        NOT NULL,
  verb   text        NOT NULL,
  kind   text        NOT NULL,
  thing  text        NOT NULL,
  body   text        NOT NULL,
  PRIMARY KEY (org_id, seq)
);
-- the history of one thing
CREATE INDEX events_thing ON events (org_id, kind, thing, seq);
SELECT app.freeze('events');

-- The end of each chain: its row is locked while an entry is added. fillfactor: each update stays on its page.
CREATE TABLE event_heads (
  org_id uuid   NOT NULL PRIMARY KEY REFERENCES organisations (id),
  seq    bigint NOT NULL,
  hash   text   NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

SELECT app.guard('regions');
SELECT app.guard('branches');
SELECT app.guard('branch_regions');
SELECT app.guard('members');
SELECT app.guard('member_roles');
SELECT app.guard('member_regions');
SELECT app.guard('member_branches');
SELECT app.guard('tokens');
SELECT app.guard('events');
SELECT app.guard('event_heads');

ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organisation ON organisations
  USING (id = (SELECT app.current_org())) WITH CHECK (id = (SELECT app.current_org()));
CREATE POLICY operator ON organisations FOR SELECT USING ((SELECT app.is_operator()));
CREATE POLICY own_membership ON organisations FOR SELECT
  USING (id IN (SELECT m.org_id FROM members m WHERE m.person_id = (SELECT app.current_person())));
CREATE POLICY own_membership ON members FOR SELECT USING (person_id = (SELECT app.current_person()));
CREATE POLICY own_membership ON member_roles FOR SELECT
  USING ((org_id, member_id) IN (SELECT m.org_id, m.id FROM members m WHERE m.person_id = (SELECT app.current_person())));
CREATE POLICY by_hash ON tokens FOR SELECT USING (hash = (SELECT app.current_token_hash()));

-- +goose Down
DROP TABLE event_heads, events, tokens, attempts, links, sessions, member_branches, member_regions, member_roles,
  members, people, branch_regions, branches, regions, organisations;
DROP SCHEMA app CASCADE;
