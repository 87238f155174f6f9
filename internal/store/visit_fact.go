package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"plainclothes/internal/visit"
)

// The single visits that stand behind the sums, one row a branch and month. Reviewed: the keys begin with the organisation.
const (
	factKeys   = "org_id, programme_id, month, branch_id"
	factJoined = "DO UPDATE SET lines = rollup_visits.lines || excluded.lines, rev = excluded.rev"

	factAddOnSQLite = `INSERT INTO rollup_visits (` + factKeys + `, lines, rev) VALUES (?1, ?2, ?3, ?4, ?5,
 (SELECT data_rev FROM programmes WHERE org_id = ?1 AND id = ?2)) ON CONFLICT (` + factKeys + `) ` + factJoined

	// factAddOnPostgres comes after the sums in their statement; r is the new revision.
	factAddOnPostgres = `INSERT INTO rollup_visits (` + factKeys + `, lines, rev) SELECT u.*, r.data_rev
 FROM r CROSS JOIN unnest($%d::uuid[], $%d::uuid[], $%d::text[], $%d::uuid[], $%d::text[]) AS u ON CONFLICT (` + factKeys + `) ` + factJoined

	// factOut takes a line out. A visit is in a line once, by its id.
	factOut = `UPDATE rollup_visits SET lines = replace(lines, $1, ''), rev = (SELECT data_rev FROM programmes WHERE org_id = $2 AND id = $3)
 WHERE org_id = $4 AND programme_id = $5 AND month = $6 AND branch_id = $7`
)

// factRows gives the shape in which rows of facts travel.
var factRows = inserting("rollup_visits", "org_id uuid, programme_id uuid, month text, branch_id uuid, lines text", "")

// factAdd is the statement on SQLite.
var factAdd = bulk{sqlite: factAddOnSQLite}

type factKey struct{ month, branch string }

func (k factKey) compare(o factKey) int {
	return cmp.Or(cmp.Compare(k.month, o.month), cmp.Compare(k.branch, o.branch))
}

// factLine writes one visit, "" for one that is averaged into nothing.
func factLine(r *visit.Rollup) (string, error) {
	f := &r.Fact
	if f.Visit == "" {
		return "", nil
	}
	var b strings.Builder
	for _, id := range []string{f.Visit, r.Shopper, f.Version} {
		short, err := shortID(id)
		if err != nil {
			return "", err
		}
		b.WriteString(short)
		b.WriteByte(' ')
	}
	fmt.Fprintf(&b, "%d %s %s\n", f.BaseBP, r.Scenario, f.Marks)
	return b.String(), nil
}

// shortID is an id in 22 characters.
func shortID(id string) (string, error) {
	u, err := uuid.Parse(id)
	if err != nil {
		return "", fmt.Errorf("id %q of a visit's sums: %w", id, err)
	}
	return base64.RawURLEncoding.EncodeToString(u[:]), nil
}

// longID is the reverse.
func longID(short string) (string, error) {
	var u uuid.UUID
	if base64.RawURLEncoding.DecodedLen(len(short)) != len(u) {
		return "", fmt.Errorf("%q is no short id", short)
	}
	if _, err := base64.RawURLEncoding.Decode(u[:], []byte(short)); err != nil {
		return "", fmt.Errorf("%q is no short id: %w", short, err)
	}
	return u.String(), nil
}

// ids remembers ids that were written out, which are few against the lines that name them.
type ids map[string]string

func (m ids) long(short string) (string, error) {
	if id, ok := m[short]; ok {
		return id, nil
	}
	id, err := longID(short)
	if err == nil {
		m[strings.Clone(short)] = id
	}
	return id, err
}

// parseFact reads one line, without its end, into a rollup that names its branch and month already. Shopper and version are
// looked up in known; the visit's id stays short unless whole is set.
func parseFact(line string, into *visit.Rollup, known ids, whole bool) error {
	var field [6]string
	for i := range 5 {
		var ok bool
		if field[i], line, ok = strings.Cut(line, " "); !ok {
			return fmt.Errorf("the line of a visit has %d fields instead of 6", i+1)
		}
	}
	var err error
	f := &into.Fact
	f.Visit = field[0]
	if whole {
		f.Visit, err = longID(field[0])
	}
	if err == nil {
		into.Shopper, err = known.long(field[1])
	}
	if err == nil {
		f.Version, err = known.long(field[2])
	}
	if err == nil {
		f.BaseBP, err = strconv.Atoi(field[3])
	}
	into.Scenario, f.Marks = field[4], line
	return err
}

// takeOut takes visits out of the lines, after data_rev has counted up.
func (v visits) takeOut(ctx context.Context, s *sums) error {
	for _, o := range s.out {
		args := []any{o.line, s.org, s.programme, s.org, s.programme, o.key.month, o.key.branch}
		if v.dialect == postgresDialect {
			v.putOff(request{query: factOut, args: args})
			continue
		}
		if err := v.exec(ctx, factOut, args...); err != nil {
			return err
		}
	}
	return nil
}
