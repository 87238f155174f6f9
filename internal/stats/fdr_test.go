package stats

import "testing"

func TestFalseDiscoveryAgreesWithBenjaminiAndHochberg(t *testing.T) {
	var ref struct {
		P, BH  []float64
		Reject int `json:"reject_q05"`
	}
	document(t, "bh1995.json", &ref)
	got, ok := FalseDiscovery(ref.P)
	if !ok || len(got) != len(ref.BH) {
		t.Fatal("declined")
	}
	rejected := 0
	for i := range got {
		near(t, "adjusted", got[i], ref.BH[i], 1e-12)
		if got[i] <= 0.05 {
			rejected++
		}
	}
	if rejected != ref.Reject {
		t.Errorf("rejects %d, published %d", rejected, ref.Reject)
	}
}

func TestFalseDiscoveryKeepsTheOrderGiven(t *testing.T) {
	got, _ := FalseDiscovery([]float64{0.9, 0.01, 0.04})
	near(t, "first", got[0], 0.9, 1e-12)
	near(t, "second", got[1], 0.03, 1e-12)
	near(t, "third", got[2], 0.06, 1e-12)
	if _, ok := FalseDiscovery([]float64{0.2, 1.2}); ok {
		t.Error("took 1.2 for a probability")
	}
}
