package app

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/studio"
)

// demoPassword is the same for all of the demo's people; it exists only there.
const demoPassword = "kestrel over the harbour"

// demoPerson is somebody to sign in as.
type demoPerson struct {
	role   auth.Role
	person string
}

// demoMaker makes a demo, step by step.
type demoMaker struct {
	p         *program
	x         *parts
	plan      demoPlan
	start     time.Time
	owner     auth.Actor
	people    []demoPerson
	actors    map[auth.Role]auth.Actor
	regions   []org.Region // those that hold branches
	branches  []demoBranch
	shoppers  []demoShopper
	programs  []demoProgramme
	published int
}

// demoBranch is a branch with how well it really works.
type demoBranch struct {
	org.Branch
	file    string             // of its programme
	skill   float64            // log-odds above the network
	talents map[string]float64 // standard → log-odds above the branch
	trend   float64            // log-odds a year
}

// demoShopper is a shopper with how strict he really is.
type demoShopper struct {
	member   string
	leniency float64 // log-odds
}

// demoProgramme is a published programme.
type demoProgramme struct {
	file    string
	id      string
	version string
	p       *programme.Programme
}

// found makes the organisation with its owner.
func (d *demoMaker) found() error {
	d.p.sayf("Making the organisation …")
	person, o, err := d.x.auth.Found(d.p.ctx, auth.SetUpInput{
		Organisation: "Kestrel & Kettle Group", Zone: "Europe/London", Currency: "GBP", Name: "Olive Harper",
		Email: demoEmail(string(auth.Owner)), Password: demoPassword,
	})
	if err != nil {
		return err
	}
	d.people = append(d.people, demoPerson{auth.Owner, person.ID})
	d.owner, err = d.x.auth.ActorFor(d.p.ctx, person.ID, o.ID)
	d.actors = map[auth.Role]auth.Actor{auth.Owner: d.owner}
	return err
}

// demoTowns are where branches are, by region.
var demoTowns = []struct {
	region string
	towns  []string
}{
	{"Yorkshire", []string{"Leeds, Briggate", "York, Parliament St", "Hull, St Stephen's", "Harrogate, James St", "Sheffield, Fargate", "Bradford, Broadway", "Wakefield, Trinity", "Halifax, Woolshops", "Skipton, High St", "Beverley, Flemingate"}},
	{"North West", []string{"Manchester, King St", "Liverpool, Bold St", "Chester, The Rows", "Preston, Fishergate", "Lancaster, Penny St", "Bolton, Market Place", "Stockport, Merseyway", "Carlisle, The Lanes"}},
	{"Midlands", []string{"Birmingham, New St", "Nottingham, Bridlesmith Gate", "Leicester, Silver St", "Derby, Sadler Gate", "Coventry, Cathedral Lanes", "Worcester, Friar St", "Shrewsbury, Pride Hill", "Lincoln, Steep Hill"}},
	{"South", []string{"Bristol, Park St", "Bath, Milsom St", "Oxford, Covered Market", "Brighton, The Laines", "Exeter, Gandy St", "Winchester, The Square", "Southampton, Westquay", "Canterbury, Burgate", "Reading, Harris Arcade"}},
	{"Scotland & Wales", []string{"Edinburgh, Stockbridge", "Glasgow, Byres Rd", "Aberdeen, Belmont St", "Inverness, Union St", "Cardiff, Castle Arcade", "Swansea, Wind St", "Llandudno, Mostyn St", "Perth, George St"}},
}

// demoFormats are the formats and channels of each programme's branches.
var demoFormats = map[string]struct {
	format, suffix string
	channel        org.Channel
}{
	"coffee-kiosks":      {"kiosk", "", org.Store},
	"hardware-stores":    {"hardware", " (hardware)", org.Store},
	"luxury-electronics": {"salon", " (salon)", org.Store},
	"online-store":       {"web shop", "", org.Web},
}

// rng is the demo's luck: the same every time, another for every purpose.
func rng(purpose string) *rand.Rand {
	var seed uint64 = 1469598103934665603
	for _, b := range []byte(purpose) {
		seed = (seed ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // believable data, not secrets
}

// makeBranches imports regions and branches the way an owner would: as a file.
func (d *demoMaker) makeBranches() error {
	var file strings.Builder
	file.WriteString("code,name,region,format,channel,kind,zone,address,features,active\n")
	r := rng("branches")
	for _, name := range demo.Names() {
		name = strings.TrimSuffix(name, ".yaml")
		features := d.featuresOf(name)
		for i := range d.plan.branches[name] {
			b := d.branchNo(name, i, features, r)
			fmt.Fprintf(&file, "%s,%q,%q,%s,%s,own,Europe/London,%q,%s,yes\n",
				b.Code, b.Name, b.Region, b.Format, b.Channel, b.Address, strings.Join(b.Features, " "))
			d.branches = append(d.branches, b)
		}
	}
	preview, err := d.x.org.ApplyImport(d.p.ctx, d.owner, strings.NewReader(file.String()))
	if err != nil {
		return err
	}
	if len(preview.Errors) > 0 {
		return fmt.Errorf("branches: line %d: %s", preview.Errors[0].Line, preview.Errors[0].Message)
	}
	return d.readBranches()
}

// branchNo invents a branch. Its region is still a name.
func (d *demoMaker) branchNo(file string, i int, features []string, r *rand.Rand) demoBranch {
	f := demoFormats[file]
	place := demoTowns[i%len(demoTowns)]
	n := i / len(demoTowns)
	town := place.towns[n%len(place.towns)]
	if round := n / len(place.towns); round > 0 {
		town = fmt.Sprintf("%s %d", town, round+1)
	}
	b := demoBranch{file: file, skill: 0.8 * r.NormFloat64(), trend: 0.15 * r.NormFloat64(), talents: map[string]float64{}}
	b.Code = fmt.Sprintf("%s%04d", strings.ToUpper(file[:2]), i+1)
	b.Name, b.Region, b.Format, b.Channel = town+f.suffix, place.region, f.format, f.channel
	if f.channel == org.Web {
		b.Name = []string{"larkspur.example", "larkspur.example/de", "larkspur.example/fr", "Larkspur app"}[i%4]
		if i >= 4 {
			b.Name = fmt.Sprintf("%s %d", b.Name, i/4+1)
		}
	} else {
		_, street, _ := strings.Cut(town, ", ")
		b.Address = fmt.Sprintf("%d %s", 1+r.IntN(180), street)
	}
	for _, x := range features {
		if r.Float64() < 0.6 {
			b.Features = append(b.Features, x)
		}
	}
	return b
}

// featuresOf lists the features that a shipped programme knows.
func (d *demoMaker) featuresOf(file string) []string {
	src, ok := demo.File(file)
	if !ok {
		return nil
	}
	p, _ := programme.Parse(src)
	if p == nil {
		return nil
	}
	return p.Features
}

// readBranches learns the ids that the import made.
func (d *demoMaker) readBranches() error {
	byCode := map[string]org.Branch{}
	q := org.BranchQuery{Limit: 200}
	for {
		page, err := d.x.org.Branches(d.p.ctx, d.owner, q)
		if err != nil {
			return err
		}
		for _, b := range page.Branches {
			byCode[b.Code] = b
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	for i := range d.branches {
		d.branches[i].Branch = byCode[d.branches[i].Code]
	}
	var err error
	d.regions, err = d.x.org.Regions(d.p.ctx, d.owner)
	return err
}

// makePeople invites one person a role, and shoppers.
func (d *demoMaker) makePeople() error {
	names := map[auth.Role]string{
		auth.RegionalManager: "Rhona Blake", auth.BranchManager: "Bilal Khan", auth.Editor: "Edda Larsen", auth.Scheduler: "Sol Marchetti",
		auth.Shopper: "Sam Okafor",
	}
	for _, role := range auth.Roles()[1:] {
		in := auth.InviteInput{Email: demoEmail(string(role)), Name: names[role], Roles: []auth.Role{role}}
		switch role {
		case auth.RegionalManager:
			in.Regions = []string{d.regionNamed("Yorkshire")}
		case auth.BranchManager:
			in.Branches = []string{d.branches[0].ID}
		case auth.Owner, auth.Editor, auth.Scheduler, auth.Shopper:
		}
		m, token, err := d.x.auth.Invite(d.p.ctx, d.owner, in)
		if err != nil {
			return err
		}
		if _, err := d.x.auth.SetPassword(d.p.ctx, token, "127.0.0.1", demoPassword); err != nil {
			return err
		}
		if d.actors[role], err = d.x.auth.ActorFor(d.p.ctx, m.Person, d.owner.Org); err != nil {
			return err
		}
		d.people = append(d.people, demoPerson{role, m.Person})
	}
	return d.makeShoppers()
}

func (d *demoMaker) regionNamed(name string) string {
	for _, r := range d.regions {
		if r.Name == name {
			return r.ID
		}
	}
	return ""
}

// demoNames are given to shoppers in turn.
var demoNames = []string{"Ana Petrović", "Ben Adeyemi", "Chloë Wright", "Dewi Hughes", "Eilidh Ross", "Farah Siddiqui", "Grzegorz Nowak", "Hana Sato", "Iain Fraser", "José Ferreira"}

// demoShoppers is one for about 90 visits, between 8 and 400; in a very large network one for 200 visits, at most 5,000.
func demoShoppers(visits int) int {
	return max(min(max(visits/90, 8), 400), min(visits/200, 5000))
}

// makeShoppers invites shoppers.
func (d *demoMaker) makeShoppers() error {
	n := demoShoppers(d.plan.visits)
	r := rng("shoppers")
	d.shoppers = append(d.shoppers, demoShopper{d.actors[auth.Shopper].Member, 0})
	for i := range n - 1 {
		m, _, err := d.x.auth.Invite(d.p.ctx, d.owner, auth.InviteInput{
			Email: demoEmail(fmt.Sprintf("shopper-%d", i+2)), Name: demoNames[i%len(demoNames)], Roles: []auth.Role{auth.Shopper},
		})
		if err != nil {
			return err
		}
		d.shoppers = append(d.shoppers, demoShopper{m.ID, 0.3 * r.NormFloat64()})
	}
	return nil
}

// demoMajor are the standards that this owner calls major, by programme file. The files that ship have none: which standard
// matters most is for the owner to say. The coffee kiosks stay as their file has them, for whoever holds one beside the other.
var demoMajor = map[string]string{"hardware-stores": "H4"}

// makeProgrammes imports and publishes the programmes that ship with the product, in force since before the first visit.
func (d *demoMaker) makeProgrammes() error {
	since := d.start.AddDate(0, -d.plan.months-1, 0).Format(time.DateOnly)
	for _, name := range demo.Names() {
		name = strings.TrimSuffix(name, ".yaml")
		src, _ := demo.File(name)
		in, err := d.x.studio.Import(d.p.ctx, d.owner, src)
		if err != nil {
			return err
		}
		draft, err := d.x.studio.Draft(d.p.ctx, d.owner, in.Programme.ID)
		if err != nil {
			return err
		}
		if draft, err = d.makeMajor(draft, demoMajor[name]); err != nil {
			return err
		}
		v, err := d.x.studio.Publish(d.p.ctx, d.owner, in.Programme.ID, "First version", draft.Version.RowVersion, since)
		if err != nil {
			return err
		}
		d.programs = append(d.programs, demoProgramme{name, in.Programme.ID, v.ID, draft.Programme})
	}
	return nil
}

// makeMajor says in a draft that a standard matters more than the others; "" is none.
func (d *demoMaker) makeMajor(draft studio.Contents, standard string) (studio.Contents, error) {
	if standard == "" {
		return draft, nil
	}
	s, ok := draft.Programme.Standard(standard)
	if !ok {
		return draft, fmt.Errorf("%s has no standard %s", draft.Programme.Key, standard)
	}
	in := studio.InputOf(s)
	in.Criticality = string(programme.Major)
	return d.x.studio.ChangeStandard(d.p.ctx, d.owner, draft.Version.Programme, standard, in, draft.Version.RowVersion)
}
