module git.acme.example/payments/ledger

go 1.26

require (
	git.acme.example/platform/audit v0.14.0
	git.acme.example/platform/kit v1.8.2
	github.com/google/uuid v1.6.0
	github.com/jackc/pgx/v5 v5.7.5
	golang.org/x/sync v0.16.0
)

require (
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.2 // indirect
	golang.org/x/crypto v0.39.0 // indirect
	golang.org/x/text v0.27.0 // indirect
)
