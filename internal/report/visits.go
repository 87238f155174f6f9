package report

import (
	"context"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// VisitList is a page of published visits, the newest first.
type VisitList struct {
	Query      Query
	Window     studio.Window
	Programme  studio.Programme
	Rows       []Row
	Next       string // cursor of the next page, "" at the end
	Programmes []studio.Programme
	Regions    []org.Region
	Formats    []string
}

// PublishedVisits lists published visits within the reader's reach: of one branch, or of those that the query names.
// limit is at most visit.MaxList (0 means that many); after is the Next of the page before.
func (s *Service) PublishedVisits(ctx context.Context, a auth.Actor, q Query, branch string, limit int, after string) (VisitList, error) {
	if limit <= 0 || limit >= visit.MaxList {
		limit = visit.MaxList - 1
	}
	return s.published(ctx, a, q, branch, limit, after)
}

// MaxFileVisits bounds one file of visits; more are fetched with narrower choices.
const MaxFileVisits = 20_000

// AllPublishedVisits is [Service.PublishedVisits] in one piece, for a file. More than MaxFileVisits are refused at once.
func (s *Service) AllPublishedVisits(ctx context.Context, a auth.Actor, q Query, branch string) (VisitList, error) {
	l, err := s.published(ctx, a, q, branch, MaxFileVisits, "")
	if err == nil && l.Next != "" {
		err = fault.Newf(fault.TooLarge, "These are more than %d visits, too many for one file. Choose fewer months or one region.", MaxFileVisits)
	}
	return l, err
}

func (s *Service) published(ctx context.Context, a auth.Actor, q Query, branch string, limit int, after string) (l VisitList, err error) {
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		d, err := s.desk(ctx, tx, a, auth.ReportRead, q)
		if err != nil {
			return err
		}
		branches, err := tx.Branches(ctx, a.Org)
		if err != nil {
			return err
		}
		vq := VisitQuery{
			Reach: d.reach, Programme: d.programme.ID, Scenario: q.Scenario, Window: d.window, Limit: limit + 1, After: after,
		}
		if vq.Branches, err = d.wanted(branches, branch); err != nil {
			return err
		}
		l = VisitList{Query: d.query, Window: d.window, Programme: d.programme, Programmes: d.all}
		l.Regions, l.Formats = d.choices(branches)
		l.Rows, err = tx.PublishedVisits(ctx, a.Org, vq)
		l.cut(limit)
		return err
	})
	return l, wrap("list published visits", err)
}

// cut keeps one page and says where the next begins.
func (l *VisitList) cut(limit int) {
	if len(l.Rows) > limit {
		l.Rows = l.Rows[:limit]
		l.Next = l.Rows[limit-1].Cursor
	}
}

// wanted gives the branches that the query names, nil when it names none in particular.
func (d *desk) wanted(branches []org.Branch, one string) ([]string, error) {
	if one == "" && d.query.Region == "" && d.query.Format == "" {
		return nil, nil
	}
	shown, err := d.shown()
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for i := range branches {
		if b := &branches[i]; shown(b) && (one == "" || one == b.ID) {
			ids = append(ids, b.ID)
		}
	}
	if one != "" && len(ids) == 0 {
		return nil, fault.Missing("branch")
	}
	return ids, nil
}

// dayparts of a checklist that has none of its own; as answers they read Night, Morning, Afternoon, Evening.
var usualDayparts = []programme.Daypart{
	{ID: "night", From: 0, To: 6 * 60},
	{ID: "morning", From: 6 * 60, To: 12 * 60},
	{ID: "afternoon", From: 12 * 60, To: 18 * 60},
	{ID: "evening", From: 18 * 60, To: 24 * 60},
}
