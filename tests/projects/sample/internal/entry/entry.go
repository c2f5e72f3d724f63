// Package entry holds the entries of the ledger.
package entry

import (
	"errors"
	"time"

	"github.com/google/uuid"
)

// ErrUnbalanced says that the postings of an entry do not add up to zero.
var ErrUnbalanced = errors.New("postings do not balance")

// Posting moves an amount, in the smallest unit of the currency, to or from one account.
type Posting struct {
	Account string
	Amount  int64
}

// Entry is one balanced set of postings.
type Entry struct {
	ID       uuid.UUID
	Booked   time.Time
	Postings []Posting
}

// New books the postings at the given time.
func New(booked time.Time, postings ...Posting) (Entry, error) {
	var sum int64
	for _, posting := range postings {
		sum += posting.Amount
	}
	if sum != 0 || len(postings) < 2 {
		return Entry{}, ErrUnbalanced
	}
	return Entry{ID: uuid.New(), Booked: booked.UTC(), Postings: postings}, nil
}
