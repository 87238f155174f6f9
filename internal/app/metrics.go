package app

import (
	"math"

	"github.com/prometheus/client_golang/prometheus"
)

// freeShare shows how much of the disk of photos is free: below 5 % no new ones are taken.
func freeShare(free func() (float64, error)) prometheus.Collector {
	o := prometheus.GaugeOpts{Name: "plainclothes_disk_free_ratio", Help: "Free part of the disk of the data folder, 0 to 1."}
	return prometheus.NewGaugeFunc(o, func() float64 {
		share, err := free()
		if err != nil {
			return math.NaN()
		}
		return share
	})
}
