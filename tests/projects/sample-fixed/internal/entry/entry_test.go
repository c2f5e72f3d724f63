package entry

import (
	"errors"
	"testing"
	"time"
)

func TestNewRefusesUnbalancedPostings(t *testing.T) {
	_, err := New(time.Now(), Posting{"cash", 100}, Posting{"sales", -99})
	if !errors.Is(err, ErrUnbalanced) {
		t.Fatalf("got %v, want %v", err, ErrUnbalanced)
	}
}

func TestNewBooksInUTC(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	got, err := New(time.Date(2026, 1, 31, 0, 30, 0, 0, zone), Posting{"cash", 100}, Posting{"sales", -100})
	if err != nil {
		t.Fatal(err)
	}
	if got.Booked.Location() != time.UTC {
		t.Fatalf("booked in %v", got.Booked.Location())
	}
}
