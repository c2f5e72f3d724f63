// Command ledger serves the double-entry ledger of the payments team.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"git.acme.example/platform/audit"
	"git.acme.example/platform/kit/httpserver"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"git.acme.example/payments/ledger/internal/entry"
)

var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatalf("ledger %s: %v", version, err)
	}
}

func run(ctx context.Context) error {
	pool, err := pgxpool.New(ctx, os.Getenv("LEDGER_DATABASE_URL"))
	if err != nil {
		return err
	}
	defer pool.Close()

	trail := audit.NewTrail("ledger", version)
	server := httpserver.New(":8080", entry.Handler(pool, trail))

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return server.Run(ctx) })
	group.Go(func() error { return trail.Run(ctx) })
	return group.Wait()
}
