package report

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
