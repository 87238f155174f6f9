package scoring

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// Exact is an exact amount of points, or an exact fraction: "3.5" where it has an end as a decimal, else "7/3". It is
// never rounded. In JSON it is a number where it has an end, else a text.
type Exact string

func exact(n num, scale uint64) Exact {
	r := n.over(whole(scale)).rat()
	if digits, ok := r.FloatPrec(); ok {
		return Exact(r.FloatString(digits))
	}
	return Exact(r.RatString())
}

// hundredths gives an amount in points from one in hundredths.
func hundredths(n num) Exact { return exact(n, 100) }

// Rat gives the amount; ok is false for a text that is no amount.
func (e Exact) Rat() (r *big.Rat, ok bool) {
	if strings.ContainsAny(string(e), "eEpPxXbBoO_") {
		return nil, false
	}
	return new(big.Rat).SetString(string(e))
}

// MarshalJSON writes a number, or a text for a fraction without an end.
func (e Exact) MarshalJSON() ([]byte, error) {
	if _, ok := e.Rat(); !ok && e != "" {
		return nil, fmt.Errorf("an exact amount cannot be %q", string(e))
	}
	if e == "" || strings.Contains(string(e), "/") {
		return json.Marshal(string(e))
	}
	return []byte(e), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Exact) UnmarshalJSON(src []byte) error {
	text := string(src)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(src, &text); err != nil {
			return fmt.Errorf("read an exact amount: %w", err)
		}
	}
	if _, ok := Exact(text).Rat(); !ok && text != "" {
		return fmt.Errorf("an exact amount cannot be %q", text)
	}
	*e = Exact(text)
	return nil
}
