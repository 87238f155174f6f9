package visit

import (
	"context"
	"fmt"
	"math"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// CheckIn is where a shopper said that he was, or that he would rather not say. It is evidence for the editor and
// never a condition.
type CheckIn struct {
	Visit    string
	At       time.Time // by the phone's clock
	Refused  bool
	Lat, Lon float64 // degrees, 0 when refused
	Accuracy float64 // metres: with about two chances in three the place is within
	Distance float64 // metres from the branch as it was on file then, only with HasDistance

	HasDistance bool // false when refused, or when nobody knows where the branch is
	Created     time.Time
}

// checkins are their rows, one of a visit.
type checkins interface {
	// CheckIn gives the check-in of a visit, NotFound when there is none.
	CheckIn(ctx context.Context, org, visit string) (CheckIn, error)
	// SaveCheckIn inserts it, or puts a place where it was refused before.
	SaveCheckIn(ctx context.Context, org string, c CheckIn) error
	// BranchPlace says where a branch is, in degrees; false when nobody knows.
	BranchPlace(ctx context.Context, org, branch string) (lat, lon float64, known bool, err error)
}

// maxAccuracy is the widest circle that is taken for a place, in metres: beyond it nothing was measured.
const maxAccuracy = 100_000

// CheckIn keeps where a shopper said that he was. It is asked once: a place that is known stays, a refusal may be
// thought over. Nothing is ever blocked by it.
func (s *Service) CheckIn(ctx context.Context, a auth.Actor, c CheckIn) error {
	if err := c.check(s.now()); err != nil {
		return err
	}
	var ok bool
	if c.Visit, ok = properID(c.Visit); !ok {
		return fault.Missing("visit")
	}
	return wrap("check in", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		j, err := s.phoneJob(ctx, tx, a, c.Visit)
		if err != nil {
			return err
		}
		known, err := tx.CheckIn(ctx, a.Org, c.Visit)
		if err == nil && (!known.Refused || c.Refused) {
			return nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		c.At, c.Created = c.At.UTC().Truncate(time.Millisecond), s.now().UTC()
		if !c.Refused {
			lat, lon, known, err := tx.BranchPlace(ctx, a.Org, j.Visit.Branch)
			if err != nil {
				return err
			}
			if c.HasDistance = known; known {
				c.Distance = math.Round(metres(lat, lon, c.Lat, c.Lon))
			}
		}
		return tx.SaveCheckIn(ctx, a.Org, c)
	}))
}

// check says what is wrong with a check-in and clears what a refusal does not tell.
func (c *CheckIn) check(now time.Time) error {
	var bad fault.Fields
	if c.At.IsZero() || c.At.Year() < 2000 || c.At.After(now.AddDate(1, 0, 0)) {
		bad.Add("at", "Say when this was, as 2026-11-21T14:10:00Z.")
	}
	if c.Refused {
		c.Lat, c.Lon, c.Accuracy = 0, 0, 0
		return bad.Err()
	}
	if !(math.Abs(c.Lat) <= 90) { // also true of NaN
		bad.Add("lat", "The latitude is a number from -90 to 90.")
	}
	if !(math.Abs(c.Lon) <= 180) {
		bad.Add("lon", "The longitude is a number from -180 to 180.")
	}
	if !(c.Accuracy >= 0 && c.Accuracy <= maxAccuracy) {
		bad.Addf("accuracy", "The accuracy is a number of metres from 0 to %d.", maxAccuracy)
	}
	return bad.Err()
}

// said gives the check-in of a visit, nil when there is none.
func said(ctx context.Context, tx Tx, org, visit string) (*CheckIn, error) {
	c, err := tx.CheckIn(ctx, org, visit)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // most visits have none
	}
	return &c, err
}

// earthRadius is the mean radius of the earth in metres (IUGG).
const earthRadius = 6_371_008.8

// metres is the distance of two places on a sphere by the haversine formula, which is good to half a percent and exact
// enough for near places, too. Arguments are degrees.
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	sin2 := func(d float64) float64 { s := math.Sin(d * rad / 2); return s * s }
	h := sin2(lat2-lat1) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*sin2(lon2-lon1)
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, h)))
}

// Words says for the editor where the shopper was.
func (c *CheckIn) Words() string {
	switch {
	case c.Refused:
		return "The shopper did not say where he was."
	case !c.HasDistance:
		return fmt.Sprintf("A place was given (±%s), but nobody has said where the branch is.", length(c.Accuracy))
	}
	return fmt.Sprintf("About %s from the branch (±%s).", length(c.Distance), length(c.Accuracy))
}

// Far reports that the shopper was not at the branch, as far as it was measured: farther than it is wide, and than the
// measurement allows.
func (c *CheckIn) Far() bool { return c.HasDistance && c.Distance-2*c.Accuracy > farAway }

// farAway is how far from a branch's mark its building and car park may reach, in metres.
const farAway = 250

// length writes metres in the steps that the measurement is worth: 40 m, 350 m, 1.2 km, 38 km.
func length(m float64) string {
	switch {
	case m < 100:
		return fmt.Sprintf("%.0f m", math.Ceil(m/5)*5)
	case m < 995:
		return fmt.Sprintf("%.0f m", math.Round(m/10)*10)
	case m < 9950:
		return fmt.Sprintf("%.1f km", m/1000)
	}
	return fmt.Sprintf("%.0f km", m/1000)
}
