// Package studio is where owners work on their programmes: versions of standards and checklist, drafts, what-if,
// publication, and what past visits say about them.
//
// The one rule: a published version never changes. Everything that is edited is the draft of the next one, and a draft
// touches no visit, no score and no page but the owner's own until it is published.
package studio

import "time"

// Programme is a programme of measurement of one organisation; what it asks for is in its versions.
type Programme struct {
	Org, ID    string
	Key        string // as in the file, unique in the organisation
	Name       string // of the newest published version, or of the first draft
	DataRev    int64  // grows with every change of its rollups
	Created    time.Time
	Archived   time.Time // zero: in use
	RowVersion int
}

// State of a version.
type State string

// The states of a version.
const (
	Draft     State = "draft"
	Published State = "published"
)

// Version is one version of a programme: standards and checklist together.
type Version struct {
	Org, ID       string
	Programme     string // id
	Number        int    // 1, 2, 3 … in its programme; a draft has the number that it will be published with
	State         State
	Hash          string // hex SHA-256 of Document
	Document      []byte // canonical JSON; nil in lists
	Note          string // why it was published
	Created       time.Time
	CreatedBy     string // member id
	Published     time.Time
	PublishedBy   string // member id
	PublisherName string // only in lists
	EffectiveOn   string // date from which targets are judged by it and visits are taken with it, "" for a draft
	RowVersion    int
}
