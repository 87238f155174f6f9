package app

import "time"

// progress tells the person at the terminal how far a long command is, at most once in two seconds.
type progress struct {
	p     *program
	what  string
	total int // 0: not known
	next  time.Time
}

// progress begins to tell; what is a plural.
func (p *program) progress(what string, total int) *progress {
	return &progress{p: p, what: what, total: total, next: p.now().Add(2 * time.Second)}
}

// at says that n are done.
func (g *progress) at(n int) {
	now := g.p.now()
	if now.Before(g.next) {
		return
	}
	g.next = now.Add(2 * time.Second)
	if g.total > 0 {
		g.p.sayf("%d of %d %s", n, g.total, g.what)
		return
	}
	g.p.sayf("%d %s", n, g.what)
}
