package programme

import "strings"

// Condition is a show_if: its source as written and the checked tree that is evaluated.
type Condition struct {
	Source string
	Root   Node
}

// compiled reports whether there is a condition and it was understood; that of a draft may be broken.
func (c *Condition) compiled() bool { return c != nil && c.Root.Op != "" }

// Op of a condition's node.
type Op string

// The operators. OpLeaf compares; OpFeature asks a branch feature; the rest combine.
const (
	OpAnd     Op = "and"
	OpOr      Op = "or"
	OpNot     Op = "not"
	OpEq      Op = "=="
	OpNe      Op = "!="
	OpLt      Op = "<"
	OpLe      Op = "<="
	OpGt      Op = ">"
	OpGe      Op = ">="
	OpIn      Op = "in"
	OpFeature Op = "feature"
)

// Node is a part of a condition, the same tree that the phone evaluates (JSON tags are its wire form).
// And, Or and Not have Nodes; a comparison has a Subject and Values; a feature has its name in Subject.
type Node struct {
	Op      Op      `json:"op"`
	Nodes   []Node  `json:"nodes,omitempty"`
	Subject string  `json:"subject,omitempty"` // question id, "scenario", "channel", "format", or a feature's name
	Values  []Value `json:"values,omitempty"`  // one for a comparison, any number for OpIn
}

// Value is a constant of a condition.
type Value struct {
	Text   string  `json:"text,omitempty"`
	Number Decimal `json:"number,omitempty"`
	IsText bool    `json:"is_text,omitempty"`
}

// Env is what a condition may ask.
type Env struct {
	Context *Context
	// Answer gives the answer of an earlier question, and false when that question is hidden. Codes of a multi
	// question, the text of a choice, the number of a number: as in Answer.
	Answer func(question string) (Answer, bool)
}

// cutBranch takes "branch." off a name.
func cutBranch(name string) (string, bool) { return strings.CutPrefix(name, nameBranch+".") }
