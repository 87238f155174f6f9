package store

import (
	"reflect"
	"strings"
	"testing"
)

func TestIdsTravelAsBytesAndComeBackAsTheyWere(t *testing.T) {
	url := migrated.DB(t)
	sep := "?"
	if strings.Contains(url, "?") {
		sep = "&"
	}
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} { // also behind a pooler that knows no prepared statements
		s := openTest(t, url+sep+"default_query_exec_mode="+mode)
		a, b := id(), id()
		for _, c := range []struct {
			name string
			in   any
			want string
		}{
			{"a list", idsOf([]string{a, b}), "{" + a + "," + b + "}"},
			{"no ids", idsOf(nil), "{}"},
			{"a column", idArray([][]any{{1, a}, {2, b}}, 1), "{" + a + "," + b + "}"},
			{"with gaps", idArray([][]any{{(*string)(nil)}, {&a}}, 0), "{NULL," + a + "}"},
		} {
			var got string
			if err := s.pool.QueryRowContext(t.Context(), "SELECT $1::uuid[]::text", c.in).Scan(&got); err != nil || got != c.want {
				t.Errorf("%s, %s: %s, %v, want %s", mode, c.name, got, err, c.want)
			}
		}
	}
}

func TestWhatIsNoIdIsLeftToTheServer(t *testing.T) {
	if got := idsOf([]string{id(), "17"}); reflect.TypeOf(got) != reflect.TypeFor[[]string]() {
		t.Errorf("a list = %T", got)
	}
	bad := "x"
	if got := idArray([][]any{{&bad}}, 0); reflect.TypeOf(got) != reflect.TypeFor[[]*string]() {
		t.Errorf("a column = %T", got)
	}
}
