package visit

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"plainclothes/internal/fault"
)

// weak is a repo whose transactions fail in turn, and then find nothing.
type weak struct {
	Repo
	errs []error
	runs []int // how many reports each transaction took
}

func (w *weak) InTx(_ context.Context, _ string, change func(Tx) error) error {
	if err := change(nothing{runs: &w.runs}); err != nil {
		return err
	}
	if len(w.errs) == 0 {
		return nil
	}
	err := w.errs[0]
	w.errs = w.errs[1:]
	return err
}

// nothing is a database without visits.
type nothing struct {
	Tx
	runs *[]int
}

func (n nothing) Located(_ context.Context, _ string, ids []string) ([]Located, error) {
	*n.runs = append(*n.runs, len(ids))
	return nil, nil
}

func reportsOf(visits ...string) []*sending {
	all := make([]*sending, 0, len(visits))
	for i, v := range visits {
		all = append(all, &sending{visit: v, in: SubmitInput{ID: string(rune('a' + i))}})
	}
	return all
}

func TestATransactionThatFailsIsTriedAgainOrTakenApart(t *testing.T) {
	busy, broken := fault.New(fault.Busy, "busy"), errors.New("broken")
	for name, c := range map[string]struct {
		visits []string
		errs   []error
		runs   []int
	}{
		"good":               {[]string{"1", "2"}, nil, []int{2}},
		"a lost race":        {[]string{"1", "2"}, []error{busy, busy}, []int{2, 2, 2}},
		"busy for good":      {[]string{"1", "2"}, []error{busy, busy, busy, busy}, []int{2, 2, 2}},
		"one's own fault":    {[]string{"1", "2", "3"}, []error{broken}, []int{3, 1, 1, 1}},
		"alone":              {[]string{"1"}, []error{broken}, []int{1}},
		"twice of a visit":   {[]string{"1", "2", "1", "1"}, nil, []int{2, 1, 1}},
		"raced, then broken": {[]string{"1", "2"}, []error{busy, broken}, []int{2, 2, 1, 1}},
	} {
		repo := &weak{errs: c.errs}
		s := NewService(repo, nil, time.Now)
		answers := s.submitAll(t.Context(), "o", reportsOf(c.visits...))
		if !slices.Equal(repo.runs, c.runs) {
			t.Errorf("%s: transactions of %v, want %v", name, repo.runs, c.runs)
		}
		for i, a := range answers {
			if !fault.Is(a.err, fault.NotFound) {
				t.Errorf("%s: report %d was answered %v", name, i, a.err)
			}
		}
	}
}

func TestWhoseReportWasGoodHearsThatItIsNotStored(t *testing.T) {
	answers := make([]answer[Submitted], 3)
	answers[1].err = fault.Missing("visit")
	refuse(fault.New(fault.Busy, "busy"), []int{0, 1}, answers)
	for i, want := range []fault.Kind{fault.Busy, fault.NotFound} {
		if !fault.Is(answers[i].err, want) {
			t.Errorf("report %d: %v", i, answers[i].err)
		}
	}
	if answers[2].err != nil {
		t.Error("a report of another round was refused")
	}
}
