// Package owner is the pages of those who own the standards: standards and their versions, programmes, branches and
// regions, people, tokens of programs, and the log.
//
// The one rule: nothing that was typed is lost. A page that cannot keep what somebody wrote shows it again, beside what
// is stored now, and says what to do.
package owner

import (
	"context"
	"io"
	"net/http"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// Studio is what the pages ask about programmes.
type Studio interface {
	Published
	Drafting
	Translating
}

// Published reads programmes and their versions.
type Published interface {
	Programmes(ctx context.Context, a auth.Actor) ([]studio.Programme, error)
	Programme(ctx context.Context, a auth.Actor, id string) (studio.Programme, error)
	Standards(ctx context.Context, a auth.Actor, programme string) (studio.Standards, error)
	Versions(ctx context.Context, a auth.Actor, programme string) ([]studio.Version, error)
	VersionNumbered(ctx context.Context, a auth.Actor, programme string, number int) (studio.Contents, error)
	Diff(ctx context.Context, a auth.Actor, from, to string) (studio.Difference, error)
	Export(ctx context.Context, a auth.Actor, programme string, number int) ([]byte, error)
	OpenVisits(ctx context.Context, a auth.Actor, programme string) ([]studio.OnVersion, error)
	Pictured(ctx context.Context, a auth.Actor, list []programme.Standard) ([]string, error)
	PictureFile(ctx context.Context, a auth.Actor, programme, standard, sha256 string) (studio.Picture, io.ReadCloser, error)
}

// Drafting changes them.
type Drafting interface {
	Draft(ctx context.Context, a auth.Actor, programme string) (studio.Contents, error)
	PublishedIDs(ctx context.Context, a auth.Actor, programme string) (edit.Fixed, error)
	KeepPicture(ctx context.Context, a auth.Actor, body io.Reader) (string, error)
	ChangeStandard(ctx context.Context, a auth.Actor, programme, standard string, in studio.StandardInput, rowVersion int) (studio.Contents, error)
	WhatIf(ctx context.Context, a auth.Actor, programme string, w studio.Window, progress func(done, total int)) (studio.WhatIf, error)
	BeginWhatIf(ctx context.Context, a auth.Actor, programme string, w studio.Window) (studio.Run, error)
	WhatIfRun(a auth.Actor, programme, id string) (studio.Run, error)
	WhatIfRuns(a auth.Actor, programme string) ([]studio.Run, error)
	StopWhatIf(a auth.Actor, programme, id string) error
	RollBack(ctx context.Context, a auth.Actor, programme string, number int) (studio.Contents, error)
	Edit(ctx context.Context, a auth.Actor, programme string, revision int, op edit.Op) (studio.Edited, error)
	Removed(ctx context.Context, a auth.Actor, programme string, part edit.Ref) (studio.Removal, bool, error)
	PutBack(ctx context.Context, a auth.Actor, programme string, part edit.Ref) (studio.Edited, error)
	Publish(ctx context.Context, a auth.Actor, programme, note string, rowVersion int, effectiveOn string) (studio.Version, error)
	DiscardDraft(ctx context.Context, a auth.Actor, programme string, rowVersion int) error
	Import(ctx context.Context, a auth.Actor, src []byte) (studio.Imported, error)
}

// Places is what the pages ask about branches and regions.
type Places interface {
	branchUses
	regionUses
}

type branchUses interface {
	Organisation(ctx context.Context, a org.Actor) (org.Organisation, error)
	Branches(ctx context.Context, a org.Actor, q org.BranchQuery) (org.BranchPage, error)
	Branch(ctx context.Context, a org.Actor, id string) (org.Branch, error)
	BranchRegions(ctx context.Context, a org.Actor, id string) ([]org.BranchRegion, error)
	CreateBranch(ctx context.Context, a org.Actor, b org.Branch) (org.Branch, error)
	ChangeBranch(ctx context.Context, a org.Actor, b org.Branch) (org.Branch, error)
	PreviewImport(ctx context.Context, a org.Actor, src io.Reader) (org.ImportPreview, error)
	ApplyImport(ctx context.Context, a org.Actor, src io.Reader) (org.ImportPreview, error)
	ExportCSV(ctx context.Context, a org.Actor, w io.Writer) error
}

type regionUses interface {
	Regions(ctx context.Context, a org.Actor) ([]org.Region, error)
	CreateRegion(ctx context.Context, a org.Actor, r org.Region) (org.Region, error)
	ChangeRegion(ctx context.Context, a org.Actor, r org.Region) (org.Region, error)
	DeleteRegion(ctx context.Context, a org.Actor, id string, version int) error
}

// People is what the pages ask about members and tokens.
type People interface {
	Members(ctx context.Context, a auth.Actor, q auth.MemberQuery) (auth.MemberPage, error)
	Member(ctx context.Context, a auth.Actor, id string) (auth.Membership, error)
	Invite(ctx context.Context, a auth.Actor, in auth.InviteInput) (auth.Member, string, error)
	InviteAgain(ctx context.Context, a auth.Actor, id string) (auth.Member, string, error)
	ChangeMember(ctx context.Context, a auth.Actor, id string, in auth.ChangeInput) (auth.Member, error)
	Deactivate(ctx context.Context, a auth.Actor, id string, version int) (auth.Member, error)
	Activate(ctx context.Context, a auth.Actor, id string, version int) (auth.Member, error)
	CreateToken(ctx context.Context, a auth.Actor, name string, scopes []auth.Scope) (auth.Token, string, error)
	Tokens(ctx context.Context, a auth.Actor) ([]auth.Token, error)
	RevokeToken(ctx context.Context, a auth.Actor, id string) error
}

// Entries reads an organisation's log, the newest first: of one kind of thing ("" for all), before a number (0 for the
// newest), at most limit.
type Entries func(ctx context.Context, org, kind string, before int64, limit int) ([]event.Entry, error)

// Options are what the pages need to know of the installation.
type Options struct {
	URL  string // public address, without a slash at the end
	Mail bool   // links are sent by mail; else the page shows them once
}

// Pages answers the owner's requests.
type Pages struct {
	studio  Studio
	places  Places
	people  People
	entries Entries
	opt     Options
	now     func() time.Time
	shipped []shipped
}

// New joins the pages with their use cases.
func New(s Studio, places Places, people People, entries Entries, opt Options, now func() time.Time) *Pages {
	return &Pages{studio: s, places: places, people: people, entries: entries, opt: opt, now: now, shipped: shippedProgrammes()}
}

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	var all []kit.Route
	for _, part := range [][]kit.Route{p.standardRoutes(), p.whatIfRoutes(), p.partRoutes(), p.programmeRoutes(), p.branchRoutes(), p.regionRoutes(), p.peopleRoutes(), p.tokenRoutes()} {
		all = append(all, part...)
	}
	return append(all, get("/log", "log of changes", auth.EventsRead, p.log))
}

func get(path, name string, v auth.Verb, h kit.Handler) kit.Route {
	return kit.Route{Method: http.MethodGet, Path: path, Name: name, Access: kit.Need(v), Handle: h}
}

func post(path, name string, v auth.Verb, h kit.Handler) kit.Route {
	return kit.Route{Method: http.MethodPost, Path: path, Name: name, Access: kit.Need(v), Handle: h}
}

// upload is a post of a file of at most size bytes.
func upload(path, name string, v auth.Verb, size int64, h kit.Handler) kit.Route {
	r := post(path, name, v, h)
	r.Limits = kit.Limits{Body: size, Class: kit.Uploads}
	return r
}
