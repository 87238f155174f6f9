package app

import (
	"testing"

	"plainclothes/internal/browsertest"
)

// hereJS is a phone that knows its position.
const hereJS = `navigator.geolocation.getCurrentPosition = (found) => found({coords: {latitude: 53.7965, longitude: -1.5478, accuracy: 24.6}})`

// noPositionJS is a phone whose owner keeps positions from every site.
const noPositionJS = `navigator.geolocation.getCurrentPosition = (found, none) => none({code: 1})`

// atTheDoor is a shopper with a phone of that kind who has the brief before him.
func atTheDoor(t *testing.T, phone string) (*scene, *carrier) {
	t.Helper()
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.BeforeScripts(phone)
	p.prepares(0)
	p.goes(s.visitPath(0, ""))
	return s, p
}

func TestThePositionIsAskedForOnceAndArrivesWhenThereIsSignal(t *testing.T) {
	s, p := atTheDoor(t, hereJS)
	p.Until(`!document.querySelector("#check-in").hidden`)
	p.loses()
	p.Click(`[data-check-in="yes"]`)
	p.UntilText("Position kept. Thank you.")
	if n := s.number(`SELECT count(*) FROM checkins`); n != 0 {
		t.Fatalf("%d positions arrived without signal", n)
	}
	p.finds()
	p.goes(s.visitPath(0, ""))
	p.Until(`JSON.parse(localStorage.getItem("checkin:` + s.visits[0] + `")).sent`)
	if n := s.number(`SELECT count(*) FROM checkins WHERE NOT refused AND round(lat * 10000) = 537965 AND accuracy = 25`); n != 1 {
		t.Errorf("%d positions as the phone gave it", n)
	}
	p.goes(s.visitPath(0, ""))
	p.Until(`document.querySelector("#go-on") && document.querySelector("#check-in").hidden`)
}

func TestAShopperWhoGivesNoPositionLosesNothingAndIsNotAskedAgain(t *testing.T) {
	s, p := atTheDoor(t, noPositionJS)
	p.Click(`[data-check-in="yes"]`)
	p.UntilText("This phone does not give its position. Try again, or go on without.")
	p.Click(`[data-check-in="no"]`)
	p.UntilText("Fine. Everything works as well without.")
	p.Until(`JSON.parse(localStorage.getItem("checkin:` + s.visits[0] + `")).sent`)
	if n := s.number(`SELECT count(*) FROM checkins WHERE refused`); n != 1 {
		t.Errorf("%d refusals are kept", n)
	}
	p.Reload()
	p.Until(`document.querySelector("#go-on") && document.querySelector("#check-in").hidden`)
	p.at(0, "A")
	p.taps("A3", "yes")
	p.says("Saved and sent")
	s.answered(0, "A3", `"yes"`)
}
