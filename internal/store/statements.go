package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps prepared statements of SQLite's one writing connection: to prepare them anew for each report took a
// third of its time. Only reviewed statements of fixed text come here, so that there are few.
//
// A statement that is met for the first time is prepared before the next unit of work: inside one the connection is
// taken.
type statements struct {
	mu     sync.Mutex
	kept   map[string]*sql.Stmt
	wanted map[string]bool
}

// get gives the statement when it is prepared; else it will be.
func (p *statements) get(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	stmt := p.kept[query]
	if stmt == nil {
		if p.wanted == nil {
			p.wanted = map[string]bool{}
		}
		p.wanted[query] = true
	}
	return stmt
}

// prepare prepares what was met. What cannot be prepared runs unprepared and says itself what is wrong.
func (p *statements) prepare(ctx context.Context, db *sql.DB) {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil
	p.mu.Unlock()
	for query := range wanted {
		stmt, err := db.PrepareContext(ctx, query)
		if err != nil {
			continue
		}
		p.keep(query, stmt)
	}
}

func (p *statements) keep(query string, stmt *sql.Stmt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[string]*sql.Stmt{}
	}
	if p.kept[query] != nil { // two met it at once
		_ = stmt.Close()
		return
	}
	p.kept[query] = stmt
}

// close lets go of all statements.
func (p *statements) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, stmt := range p.kept {
		_ = stmt.Close()
	}
	p.kept = nil
	return nil
}
