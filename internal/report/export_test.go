package report

import "time"

// KeepFrom makes windows count as large from so many scored visits on.
func (s *Service) KeepFrom(visits int64) { s.keptFrom = visits }

// AtOnce is how many visits a page adjusts by itself.
func (s *Service) AtOnce(visits int64) { s.mostAtOnce = visits }

// Settle waits until nothing is found out beside the readers.
func (s *Service) Settle() { s.work.Wait() }

// HoldBack keeps the service from finding anything out beside the readers.
func (s *Service) HoldBack() (release func()) {
	s.turn.Lock()
	return s.turn.Unlock
}

// Patience is how long a reader waits for what is found out the first time.
func (s *Service) Patience(d time.Duration) { s.patience = d }

// Waiting reports whether a reader waits for that.
func (s *Service) Waiting() bool {
	s.networks.mu.Lock()
	defer s.networks.mu.Unlock()
	for _, slot := range s.networks.slots {
		slot.follow.mu.Lock()
		waits := slot.follow.first != nil
		slot.follow.mu.Unlock()
		if waits {
			return true
		}
	}
	return false
}
