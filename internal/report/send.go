package report

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Sender reads who could go where next.
type Sender interface {
	// UnderWay counts visits of a programme that are planned or under way and not decided yet, by branch id.
	UnderWay(ctx context.Context, org, programme string) (map[string]int, error)
	// FreeShoppers gives active shoppers with how many visits each has to make, by id; at most so many.
	FreeShoppers(ctx context.Context, org string, most int) ([]FreeShopper, error)
	// ShopperAreas counts the published visits of a window by shopper and region, in that order; visits that no member made are left out.
	ShopperAreas(ctx context.Context, org, programme string, w studio.Window) ([]ShopperArea, error)
	// LastShoppers says who was at some branches last, or is to go next: member ids by branch id.
	LastShoppers(ctx context.Context, org string, branches []string) (map[string]string, error)
}

// FreeShopper is a member who makes visits.
type FreeShopper struct {
	Member, Alias string
	Busy          int // visits that he still has to make
}

// ShopperArea is how many visits a shopper made in one region; "" for branches in none.
type ShopperArea struct {
	Shopper, Region string
	N               int
}

// SendQuery asks for the next visits and who should make them.
type SendQuery struct {
	Budget int // visits; 0: as many as there are branches, at most usualBudget
	Each   int // visits that one shopper may have to make at a time, those that he has already among them; 0: usualEach
	Aim    compare.Aim
}

// Bounds of such a plan.
const (
	MostSent    = 500 // visits planned at once
	MostEach    = 50
	usualBudget = 20
	usualEach   = 4
	mostSenders = 5_000 // shoppers looked at
)

// Sending is where the next visits tell most and who should go. There is nothing of results in it, for schedulers read none.
type Sending struct {
	Frame
	Budget, Each int
	Known        bool // false: no target, or nothing is known of how much visits differ
	Says         []string
	Shoppers     int // that were looked at
	Parcels      []Parcel
}

// Parcel is the visits of one shopper; the last one may be of nobody: visits that none may make.
type Parcel struct {
	Shopper, Alias string
	Branches       []ParcelBranch
}

// ParcelBranch is a branch with how many visits one shopper should make there.
type ParcelBranch struct {
	Branch string
	Visits int
}

// Send plans the next visits for whoever plans visits.
func (s *Service) Send(ctx context.Context, a auth.Actor, q Query, n SendQuery) (out Sending, err error) {
	err = s.patiently(ctx, a.Org, func(s *Service, tx Tx) error {
		x, err := s.study(ctx, tx, a, auth.VisitPlan, q)
		if err != nil {
			return err
		}
		out = Sending{Frame: x.frame(), Budget: n.Budget, Each: n.Each}
		result, err := s.seen(ctx, x)
		if err != nil {
			return err
		}
		if out.Budget <= 0 {
			out.Budget = max(1, min(usualBudget, len(result.Branches)))
		}
		if out.Each <= 0 {
			out.Each = usualEach
		}
		in, err := s.nextInput(ctx, x, &result, "")
		if err != nil {
			return err
		}
		in.Budget, in.Aim = min(out.Budget, MostSent), n.Aim
		return s.send(ctx, x, in, &out)
	})
	return out, wrap("plan who goes where", err)
}

func (s *Service) send(ctx context.Context, x *study, in compare.NextInput, out *Sending) error {
	plan, ok := compare.PlanNext(in)
	if !ok {
		return nil
	}
	out.Known, out.Says = true, plan.Sentences
	shoppers, aliases, err := s.senders(ctx, x, out.Each, areasOf(in.Branches))
	if err != nil {
		return err
	}
	out.Shoppers = len(shoppers)
	last, err := x.tx.LastShoppers(ctx, x.programme.Org, branchesOf(plan))
	if err != nil {
		return err
	}
	for i := range in.Branches {
		in.Branches[i].LastShopper = last[in.Branches[i].ID]
	}
	out.Parcels = parcels(compare.AssignShoppers(plan, in.Branches, shoppers), aliases, out.Places)
	return nil
}

func branchesOf(plan compare.NextPlan) []string {
	ids := make([]string, len(plan.Visits))
	for i, v := range plan.Visits {
		ids[i] = v.Branch
	}
	return ids
}

// areasOf counts the areas that there are.
func areasOf(branches []compare.NextBranch) int {
	seen := map[string]bool{}
	for _, b := range branches {
		seen[b.Area] = true
	}
	return len(seen)
}

// senders are the shoppers with room for visits, each at home where most of his visits of the window were. Where all branches lie in one
// area nobody can go away from it, so nobody is at home either.
func (s *Service) senders(ctx context.Context, x *study, each, areas int) ([]compare.NextShopper, map[string]string, error) {
	free, err := x.tx.FreeShoppers(ctx, x.programme.Org, mostSenders)
	if err != nil {
		return nil, nil, err
	}
	went, err := once(s.works, x.key("areas"), func() ([]ShopperArea, int, error) {
		rows, err := x.tx.ShopperAreas(ctx, x.programme.Org, x.programme.ID, x.window)
		return rows, len(rows), err
	})
	if err != nil {
		return nil, nil, err
	}
	by := map[string][]ShopperArea{}
	for _, w := range went {
		by[w.Shopper] = append(by[w.Shopper], w)
	}
	aliases := make(map[string]string, len(free))
	all := make([]compare.NextShopper, len(free))
	for i, f := range free {
		all[i] = compare.NextShopper{ID: f.Member, Free: max(0, each-f.Busy)}
		aliases[f.Member] = f.Alias
		atHome := 0
		for _, w := range by[f.Member] {
			all[i].Visited += w.N
			if w.N > atHome {
				atHome, all[i].Home = w.N, w.Region
			}
		}
		all[i].Outside = all[i].Visited - atHome
		if areas < 2 || all[i].Visited == 0 {
			all[i].Home, all[i].Outside = nowhere, all[i].Visited
		}
	}
	return all, aliases, nil
}

// nowhere is the home of shoppers who are at home in no area.
const nowhere = "nowhere"

// parcels put each shopper's visits together, by name; what nobody may do comes last.
func parcels(assigned []compare.Assigned, aliases map[string]string, places map[string]Place) []Parcel {
	at := map[string]int{}
	var all []Parcel
	for _, v := range assigned {
		i, ok := at[v.Shopper]
		if !ok {
			i = len(all)
			at[v.Shopper] = i
			all = append(all, Parcel{Shopper: v.Shopper, Alias: aliases[v.Shopper]})
		}
		all[i].add(v.Branch)
	}
	for i := range all {
		slices.SortFunc(all[i].Branches, func(a, b ParcelBranch) int { return strings.Compare(places[a.Branch].Code, places[b.Branch].Code) })
	}
	alphabet.Sort("", all, func(p *Parcel) string { return p.Alias }, func(p *Parcel) string { return p.Shopper })
	slices.SortStableFunc(all, func(a, b Parcel) int { return cmp.Compare(sign(a.Shopper == ""), sign(b.Shopper == "")) })
	return all
}

func (p *Parcel) add(branch string) {
	for i := range p.Branches {
		if p.Branches[i].Branch == branch {
			p.Branches[i].Visits++
			return
		}
	}
	p.Branches = append(p.Branches, ParcelBranch{branch, 1})
}

// SendCSV writes who should go where: one line a shopper and branch.
func SendCSV(w io.Writer, s *Sending) error {
	t := newTable(w, "Shopper", "Branch code", "Branch", "Region", "Visits")
	for _, p := range s.Parcels {
		for _, b := range p.Branches {
			place := s.Places[b.Branch]
			t.row(p.Alias, place.Code, place.Name, place.Region, strconv.Itoa(b.Visits))
		}
	}
	return t.end()
}

// Ahead are the states of visits that are planned or under way, and not decided.
func Ahead() []visit.State {
	return []visit.State{visit.Open, visit.Taken, visit.InProgress, visit.Received, visit.InReview, visit.SentBack, visit.Accepted}
}
