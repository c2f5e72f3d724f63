package entry

import (
	"encoding/json"
	"net/http"
	"time"

	"git.acme.example/platform/audit"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Handler takes entries as JSON and stores them.
func Handler(pool *pgxpool.Pool, trail *audit.Trail) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /entries", func(w http.ResponseWriter, r *http.Request) {
		var postings []Posting
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&postings); err != nil {
			http.Error(w, "malformed postings", http.StatusBadRequest)
			return
		}
		booked, err := New(time.Now(), postings...)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		const insert = "INSERT INTO entries (id, booked, postings) VALUES ($1, $2, $3)"
		if _, err := pool.Exec(r.Context(), insert, booked.ID, booked.Booked, booked.Postings); err != nil {
			http.Error(w, "not stored", http.StatusInternalServerError)
			return
		}
		trail.Record(r.Context(), "entry.booked", booked.ID.String())
		w.WriteHeader(http.StatusCreated)
	})
	return mux
}
