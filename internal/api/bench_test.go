package api_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/uuid"

	"plainclothes/internal/api"
	"plainclothes/internal/auth"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// BenchmarkReport sends reports through the whole path: walls, token, contract, scoring, events, sums.
func BenchmarkReport(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			r := newRig(b, open(b))
			ids := r.plan(b.N)
			var next atomic.Int64
			b.SetParallelism(8)
			before := cpu()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					path := api.Base + "/visits/" + ids[next.Add(1)-1] + "/report"
					req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(reportBody(uuid.NewString(), true)))
					req.Header.Set("Authorization", "Bearer "+r.all)
					req.Header.Set("Content-Type", "application/json")
					w := httptest.NewRecorder()
					r.site.Echo().ServeHTTP(w, req)
					if w.Code != http.StatusCreated {
						b.Errorf("%d: %s", w.Code, w.Body)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reports/s")
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op") // of this process: SQLite's too, PostgreSQL's not
		})
	}
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// plan makes visits without going through the API.
func (r *rig) plan(n int) []string {
	r.t.Helper()
	svc := visit.NewService(r.Store.Visits(), noBlobs{}, r.clock)
	ids := make([]string, 0, n)
	for range n {
		vs, err := svc.Plan(context.Background(), r.Actors[auth.Scheduler], visit.PlanInput{
			Programme: r.Programme, Branches: []string{r.Branch}, Scenario: "non_buyer", Due: r.clock().AddDate(0, 0, 7),
			Shopper: r.Actors[auth.Shopper].Member, IgnoreRotation: true,
		})
		ok(r.t, err)
		ids = append(ids, vs[0].ID)
	}
	return ids
}

// BenchmarkSchema is what checking a report's body against the contract's schema would cost.
func BenchmarkSchema(b *testing.B) {
	r := newRig(b, storetest.SQLite(b))
	item := r.spec.Paths.Value("/visits/{id}/report")
	route := &routers.Route{Spec: r.spec, Path: "/visits/{id}/report", PathItem: item, Method: http.MethodPost, Operation: item.Post}
	body := []byte(reportBody(uuid.NewString(), true))
	for _, c := range []struct {
		name    string
		without bool
	}{{"parameters and body", false}, {"parameters", true}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				req := httptest.NewRequest(http.MethodPost, "/x", bytes.NewReader(body))
				req.Header.Set("Content-Type", "application/json")
				err := openapi3filter.ValidateRequest(b.Context(), &openapi3filter.RequestValidationInput{
					Request: req, Route: route, PathParams: map[string]string{"id": "x"},
					Options: &openapi3filter.Options{MultiError: true, ExcludeRequestBody: c.without, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
				})
				ok(b, err)
			}
		})
	}
}

// BenchmarkToken is what asking the database for a token costs, which is spared for five seconds.
func BenchmarkToken(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			r := newRig(b, open(b))
			for b.Loop() {
				_, err := r.auth.TokenActor(b.Context(), r.all)
				ok(b, err)
			}
		})
	}
}
