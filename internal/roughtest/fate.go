package roughtest

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Kind is what becomes of one request.
type Kind int

// The kinds of fates. A client sees an error for Lost, Mute, Broken and Late, and cannot tell one from the other.
const (
	Pass   Kind = iota // it arrives, and so does the answer
	Lost               // it never arrives
	Mute               // it arrives and is carried out; the answer is lost
	Broken             // only a part of its body arrives
	Late               // it arrives when the client has long given it up, behind later ones
	Twice              // it arrives twice; the client gets the second answer
	Refuse             // somebody on the way answers instead of the server
)

// Fate is what becomes of one request.
type Fate struct {
	Kind
	Delay  time.Duration // before it goes on
	Status int           // what is answered to a refused one; 503 when 0
}

// A Decider says what becomes of the next request. It may be asked by several goroutines at once.
type Decider func(r *http.Request) Fate

// Smooth lets everything pass.
func Smooth(*http.Request) Fate { return Fate{} }

// Odds are the chances of each fate, between 0 and 1; what they leave of 1 passes.
type Odds struct {
	Lost, Mute, Broken, Late, Twice, Refuse float64
	Delay                                   time.Duration // each request waits up to this long
}

// Rough is a bad line: about every third request goes wrong in some way.
func Rough() Odds {
	return Odds{Lost: .08, Mute: .08, Broken: .04, Late: .05, Twice: .05, Refuse: .05, Delay: 2 * time.Millisecond}
}

// refusals are what somebody on the way may answer: the server's own "try again" and those of a proxy before it.
var refusals = []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusInsufficientStorage}

// Decider draws fates from a seed: the same requests in the same order meet the same fates.
func (o Odds) Decider(seed uint64) Decider {
	var mu sync.Mutex
	luck := rand.New(rand.NewPCG(seed, 0x9E3779B97F4A7C15)) //nolint:gosec // the same luck for the same seed
	return func(*http.Request) Fate {
		mu.Lock()
		defer mu.Unlock()
		f := Fate{Kind: o.kind(luck.Float64()), Status: refusals[luck.IntN(len(refusals))]}
		if o.Delay > 0 {
			f.Delay = time.Duration(luck.Int64N(int64(o.Delay)))
		}
		return f
	}
}

func (o Odds) kind(x float64) Kind {
	for _, c := range []struct {
		kind   Kind
		chance float64
	}{{Lost, o.Lost}, {Mute, o.Mute}, {Broken, o.Broken}, {Late, o.Late}, {Twice, o.Twice}, {Refuse, o.Refuse}} {
		if x < c.chance {
			return c.kind
		}
		x -= c.chance
	}
	return Pass
}

// A Plan is a list of fates for the requests that a rule picks, one each, in order; after the last one all pass.
type Plan struct {
	mu    sync.Mutex
	picks func(*http.Request) bool
	fates []Fate
	met   int
}

// NewPlan plans the fates of the requests that picks says yes to.
func NewPlan(picks func(*http.Request) bool, fates ...Fate) *Plan {
	return &Plan{picks: picks, fates: fates}
}

// Decide is the plan's [Decider].
func (p *Plan) Decide(r *http.Request) Fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.picks(r) || p.met == len(p.fates) {
		return Fate{}
	}
	p.met++
	return p.fates[p.met-1]
}

// Done reports whether every planned fate was met.
func (p *Plan) Done() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.met == len(p.fates)
}
