package arch

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheContainerKeepsItsPromises(t *testing.T) {
	for _, wrong := range checkContainer(instructions(lines(t, "Dockerfile"))) {
		t.Error("Dockerfile: " + wrong)
	}
}

func TestAContainerThatBreaksAPromiseIsSeen(t *testing.T) {
	good := []string{
		"FROM golang:1.26 AS build", "RUN CGO_ENABLED=0 go build ./cmd/plainclothes", "FROM scratch", "COPY --from=build /x /x", "USER 65532:65532",
		"VOLUME /data", "EXPOSE 8080", `HEALTHCHECK CMD ["/x", "healthcheck"]`, `ENTRYPOINT ["/x"]`,
	}
	if got := checkContainer(good); len(got) > 0 {
		t.Fatalf("a good one was refused: %q", got)
	}
	for _, c := range []struct{ from, to, says string }{
		{"USER 65532:65532", "USER nobody", "numeric"},
		{"USER 65532:65532", "USER 0", "numeric"},
		{"USER 65532:65532", "LABEL a=b", "USER"},
		{"FROM golang:1.26 AS build", "FROM golang:latest AS build", "release"},
		{"FROM golang:1.26 AS build", "FROM golang AS build", "release"},
		{`HEALTHCHECK CMD ["/x", "healthcheck"]`, "LABEL a=b", "HEALTHCHECK"},
		{"VOLUME /data", "LABEL a=b", "VOLUME"},
		{"EXPOSE 8080", "LABEL a=b", "EXPOSE"},
		{`ENTRYPOINT ["/x"]`, "ENTRYPOINT /x", "shell"},
		{`HEALTHCHECK CMD ["/x", "healthcheck"]`, "HEALTHCHECK CMD /x healthcheck", "shell"},
		{"RUN CGO_ENABLED=0 go build ./cmd/plainclothes", "RUN go build ./cmd/plainclothes", "CGO_ENABLED"},
		{"FROM scratch", "FROM debian:12", "scratch"},
	} {
		bad := slices.Clone(good)
		bad[slices.Index(bad, c.from)] = c.to
		got := checkContainer(bad)
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.says) }) {
			t.Errorf("%s: got %q, want a sentence with %q", c.to, got, c.says)
		}
	}
}

// instructions joins the lines that a backslash continues.
func instructions(lines []string) []string {
	var out []string
	open := false
	for _, l := range lines {
		if open {
			out[len(out)-1] += " " + strings.TrimSuffix(l, `\`)
		} else {
			out = append(out, strings.TrimSuffix(l, `\`))
		}
		open = strings.HasSuffix(l, `\`)
	}
	return out
}

var (
	ordinary = regexp.MustCompile(`^[1-9][0-9]*(:[1-9][0-9]*)?$`)
	release  = regexp.MustCompile(`:[0-9][^ ]*$`)
)

// checkContainer returns every broken promise of the Dockerfile: a program from
// a known release, that is static, owns nothing of the system, tells its health
// and keeps its data in one place.
func checkContainer(file []string) []string {
	wrong := checkStages(file)
	last := file[lastIndex(file, "FROM "):]
	if last[0] != "FROM scratch" {
		wrong = append(wrong, "the last stage starts from scratch: nothing in it needs patching")
	}
	if user := argument(last, "USER "); !ordinary.MatchString(user) {
		wrong = append(wrong, "USER must be numeric and not 0: a cluster checks it without reading /etc/passwd")
	}
	for _, want := range []string{"HEALTHCHECK ", "VOLUME /data", "EXPOSE 8080", "ENTRYPOINT "} {
		if argument(last, want) == "" && !slices.Contains(last, want) {
			wrong = append(wrong, "the last stage lacks "+want)
		}
	}
	for _, l := range last {
		if starts := strings.HasPrefix(l, "ENTRYPOINT ") || strings.HasPrefix(l, "CMD ") || strings.HasPrefix(l, "HEALTHCHECK "); starts && !strings.Contains(l, "[") {
			wrong = append(wrong, "there is no shell to run "+l)
		}
	}
	return wrong
}

func checkStages(file []string) []string {
	var wrong []string
	for _, l := range file {
		image, _, _ := strings.Cut(strings.TrimPrefix(l, "FROM "), " ")
		if strings.HasPrefix(l, "FROM ") && image != "scratch" && !release.MatchString(image) {
			wrong = append(wrong, image+" names no release")
		}
		if strings.Contains(l, "go build") && !strings.Contains(strings.Join(file, " "), "CGO_ENABLED=0") {
			wrong = append(wrong, "without CGO_ENABLED=0 the binary needs a C library")
		}
	}
	return wrong
}

func argument(file []string, instruction string) string {
	if i := lastIndex(file, instruction); i >= 0 {
		return strings.TrimPrefix(file[i], instruction)
	}
	return ""
}

func lastIndex(file []string, prefix string) int {
	for i := len(file) - 1; i >= 0; i-- {
		if strings.HasPrefix(file[i], prefix) {
			return i
		}
	}
	return -1
}
