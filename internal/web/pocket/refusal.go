package pocket

import (
	"errors"
	"net/http"

	"plainclothes/internal/visit"
)

// gapBody tells a phone from where to send again.
type gapBody struct {
	Error problem `json:"error"`
	Acked int     `json:"acked"`
	Head  string  `json:"head"`
}

// refusedProblem is a problem with the op and the question that it is about.
type refusedProblem struct {
	problem
	Op       int    `json:"op,omitempty"`
	Question string `json:"question,omitempty"`
}

type refusedBody struct {
	Error refusedProblem `json:"error"`
}

// unsealableBody tells what keeps a report from being sent.
type unsealableBody struct {
	Error problem `json:"error"`
	standing
	Missing []missing `json:"missing"`
}

type missing struct {
	Question string `json:"q"`
	Message  string `json:"message"`
}

// refusal is the answer to what phones alone are refused for; status 0 for any other error.
func refusal(err error) (status int, body any) {
	var gap *visit.Gap
	var refused *visit.Refused
	var unsealable *visit.Unsealable
	switch {
	case errors.As(err, &gap):
		return http.StatusConflict, gapBody{problem{"gap", gap.Error(), true}, gap.Acked, gap.Head}
	case errors.As(err, &refused):
		return http.StatusUnprocessableEntity, refusedBody{refusedProblem{problem{refused.Kind, refused.Message, false}, refused.Op, refused.Question}}
	case errors.As(err, &unsealable):
		return http.StatusConflict, unsealable409(unsealable)
	}
	return 0, nil
}

func unsealable409(u *visit.Unsealable) unsealableBody {
	out := unsealableBody{
		Error: problem{"unsealable", u.Error(), len(u.Missing)+len(u.Conflicts) == 0}, standing: standingOf(&u.Progress), Missing: []missing{},
	}
	for _, m := range u.Missing {
		out.Missing = append(out.Missing, missing{m.Question, m.Message})
	}
	return out
}
