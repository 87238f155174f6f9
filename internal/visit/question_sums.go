package visit

import "context"

// addedAtOnce is how many visits are added up in one transaction, during which the programme publishes nothing.
const addedAtOnce = 500

// AddUpQuestions adds what the questions of lately published visits did to the sums of their programmes. Readers find the
// same before and after, and sooner after.
func (s *Service) AddUpQuestions(ctx context.Context, org string) error {
	var programmes []string
	err := s.repo.View(ctx, org, func(tx Tx) (err error) {
		programmes, err = tx.FreshProgrammes(ctx, org)
		return err
	})
	for _, p := range programmes {
		for n := addedAtOnce; err == nil && n == addedAtOnce; {
			err = s.repo.InTx(ctx, org, func(tx Tx) (err error) {
				n, err = tx.AddUpQuestions(ctx, org, p, addedAtOnce)
				return err
			})
		}
	}
	return wrap("add up questions", err)
}
