package report

// KeepFrom makes windows count as large from so many scored visits on.
func (s *Service) KeepFrom(visits int64) { s.keptFrom = visits }
