package app

import (
	"testing"

	"github.com/google/uuid"
)

func TestADemosVisitsHaveRisingIDsThatLookLikeAnyOthers(t *testing.T) {
	for _, n := range []int{1, 7, 30_000} {
		slots, again := make([]slot, n), make([]slot, n)
		nameSlots(slots)
		nameSlots(again)
		for i := range slots {
			id, err := uuid.Parse(slots[i].id)
			if err != nil || id.Version() != 4 || id.Variant() != uuid.RFC4122 || id.String() != slots[i].id {
				t.Fatalf("%q is no id: %v", slots[i].id, err)
			}
			if i > 0 && slots[i-1].id >= slots[i].id {
				t.Fatalf("%s comes before %s", slots[i-1].id, slots[i].id)
			}
			if slots[i].id != again[i].id {
				t.Fatal("another demo every time")
			}
		}
	}
}

func TestAMillionVisitsHaveFiveThousandShoppers(t *testing.T) {
	for visits, want := range map[int]int{420: 8, 7200: 80, 50_000: 400, 200_000: 1000, 1_000_000: 5000, 5_000_000: 5000} {
		if got := demoShoppers(visits); got != want {
			t.Errorf("%d shoppers for %d visits instead of %d", got, visits, want)
		}
	}
}
