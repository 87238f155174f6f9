package visit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/programme"
)

// Head is a present value of a field: the op that gave it and the device that the op came from.
type Head struct {
	Op     string          `json:"op"`
	Device string          `json:"device"`
	Value  json.RawMessage `json:"value"`
	At     time.Time       `json:"at"` // by the clock of the device
}

// Heads are the present values of every field that has one. Two of a field come from devices that did not know of each
// other's; the one that arrived last stands behind. No clock decides between them.
type Heads map[string][]Head

// put lets a new value take the place of those that its op names as its base and of those from the same device. Any
// other stays beside it. An empty value takes their place and leaves nothing.
func (h Heads) put(field string, n Head, base []string) {
	kept := slices.DeleteFunc(slices.Clone(h[field]), func(old Head) bool {
		return old.Device == n.Device || slices.Contains(base, old.Op)
	})
	if !empty(n.Value) {
		kept = append(kept, n)
	}
	if len(kept) == 0 {
		delete(h, field)
		return
	}
	h[field] = kept
}

// empty reports whether a value clears its field.
func empty(v json.RawMessage) bool {
	return len(v) == 0 || string(v) == "null" || string(v) == `""`
}

// ids are the ops of a field's present values: what an op that replaces all of them names as its base.
func (h Heads) ids(field string) []string {
	var all []string
	for _, x := range h[field] {
		all = append(all, x.Op)
	}
	return all
}

// idsOf are the ops of those present values that are equal to v.
func (h Heads) idsOf(field string, v json.RawMessage) []string {
	var all []string
	for _, x := range h[field] {
		if bytes.Equal(x.Value, v) {
			all = append(all, x.Op)
		}
	}
	return all
}

// twice reports whether a field has two different values. Photos have ids of their own and cannot.
func (h Heads) twice(field string) bool {
	all := h[field]
	return len(all) > 1 && !strings.HasPrefix(field, photoPrefix) &&
		slices.ContainsFunc(all[1:], func(x Head) bool { return !bytes.Equal(x.Value, all[0].Value) })
}

// Conflicts lists the fields with two different values, sorted.
func (h Heads) Conflicts() []string {
	out := []string{}
	for field := range h {
		if h.twice(field) {
			out = append(out, field)
		}
	}
	slices.Sort(out)
	return out
}

// answers are the values of the questions; of two the one that arrived last.
func (h Heads) answers() map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for field, all := range h {
		if !strings.HasPrefix(field, photoPrefix) && !strings.HasSuffix(field, commentSuffix) {
			out[field] = all[len(all)-1].Value
		}
	}
	return out
}

// comments are the words beside the answers.
func (h Heads) comments() (map[string]string, error) {
	out := map[string]string{}
	for field, all := range h {
		question, ok := strings.CutSuffix(field, commentSuffix)
		if !ok {
			continue
		}
		var text string
		if err := json.Unmarshal(all[len(all)-1].Value, &text); err != nil {
			return nil, fmt.Errorf("comment of %s: %w", question, err)
		}
		out[question] = text
	}
	return out, nil
}

// HeadsOf goes through the logs of a visit in the order in which they arrived. List puts answers into their one form;
// without it they stay as they were sent. Late additions are no part of it.
func HeadsOf(list *Checklist, ops []Op) (Heads, error) {
	h := Heads{}
	for _, o := range arrived(ops) {
		var b opBody
		if err := json.Unmarshal(o.Body, &b); err != nil {
			return nil, fmt.Errorf("op %d of submission %s: %w", o.Seq, o.Submission, err)
		}
		if o.Late || strings.HasPrefix(b.Field, tapPrefix) {
			continue
		}
		if err := h.apply(list, Head{Op: o.ID, Device: o.Device, Value: b.Value, At: b.At.Time}, &b); err != nil {
			return nil, fmt.Errorf("op %d of submission %s: %w", o.Seq, o.Submission, err)
		}
	}
	return h, nil
}

// arrived puts ops in the order of arrival; those of one submission stay in their own order, whatever a clock said.
func arrived(ops []Op) []Op {
	all := slices.Clone(ops)
	latest := map[string]time.Time{}
	for i := range all {
		if t := latest[all[i].Submission]; all[i].Received.Before(t) {
			all[i].Received = t
		}
		latest[all[i].Submission] = all[i].Received
	}
	slices.SortStableFunc(all, func(a, b Op) int { return a.Received.Compare(b.Received) })
	return all
}

// apply puts one op's value in its place.
func (h Heads) apply(list *Checklist, n Head, b *opBody) error {
	if b.Field != WholeReport {
		n.Value = list.canonical(b.Field, n.Value)
		h.put(b.Field, n, b.Base)
		return nil
	}
	var w wholeReport
	if err := json.Unmarshal(b.Value, &w); err != nil {
		return fmt.Errorf("whole report: %w", err)
	}
	clear(h)
	for q, v := range w.Answers {
		n.Value = v
		h.put(q, n, nil)
	}
	for q, c := range w.Comments {
		v, err := json.Marshal(c)
		if err != nil {
			return err
		}
		n.Value = v
		h.put(CommentField(q), n, nil)
	}
	return nil
}

// canonical is an answer in its one form, so that equal answers are equal bytes; anything else is compact JSON.
func (c *Checklist) canonical(field string, v json.RawMessage) json.RawMessage {
	if c != nil {
		if q, _, ok := c.Programme.Question(field); ok {
			if a, err := programme.ParseAnswer(q, v); err == nil {
				return a.JSON(q)
			}
		}
	}
	if strings.HasSuffix(field, commentSuffix) {
		var text string
		if json.Unmarshal(v, &text) == nil {
			if b, err := json.Marshal(text); err == nil {
				return b
			}
		}
	}
	var b bytes.Buffer
	if json.Compact(&b, v) != nil {
		return v
	}
	return b.Bytes()
}
