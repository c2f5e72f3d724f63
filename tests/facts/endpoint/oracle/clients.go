// Command clients says what Go's client libraries make of endpoints. It connects to nothing.
//
// Standard input is a JSON array of [library, text]; standard output is an array of answers in the same order.
// Versions: go-sql-driver/mysql 1.10.1, jackc/pgx 5.13.0, redis/go-redis 9.23.0, microsoft/go-mssqldb 1.11.2,
// rabbitmq/amqp091-go 1.16.0.
package main

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/microsoft/go-mssqldb/msdsn"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
)

// answer is what a client would do; Error is what it says when it refuses.
type answer struct {
	Hosts    []string `json:"hosts"`
	Database string   `json:"database"`
	TLS      string   `json:"tls"`
	Error    string   `json:"error"`
}

func address(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

func encrypted(config *tls.Config) string {
	if config == nil {
		return "disabled"
	}
	return "required"
}

func readMySQL(text string) (answer, error) {
	config, err := mysql.ParseDSN(text)
	if err != nil {
		return answer{}, err
	}
	mode, known := map[string]string{"": "disabled", "false": "disabled", "preferred": "optional"}[config.TLSConfig]
	if !known {
		mode = "required"
	}
	return answer{Hosts: []string{config.Addr}, Database: config.DBName, TLS: mode}, nil
}

// readPostgres asks pgx, which tries a host without TLS, with it, or first one and then the other.
func readPostgres(text string) (answer, error) {
	config, err := pgconn.ParseConfig(text)
	if err != nil {
		return answer{}, err
	}
	first := &pgconn.FallbackConfig{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}
	var hosts []string
	var plain, secure bool
	for _, each := range append([]*pgconn.FallbackConfig{first}, config.Fallbacks...) {
		if place := address(each.Host, int(each.Port)); !slices.Contains(hosts, place) {
			hosts = append(hosts, place)
		}
		plain, secure = plain || each.TLSConfig == nil, secure || each.TLSConfig != nil
	}
	mode := map[[2]bool]string{{true, false}: "disabled", {true, true}: "optional", {false, true}: "required"}
	return answer{Hosts: hosts, Database: config.Database, TLS: mode[[2]bool{plain, secure}]}, nil
}

func readRedis(text string) (answer, error) {
	config, err := redis.ParseURL(text)
	if err != nil {
		return answer{}, err
	}
	hosts := []string{config.Addr}
	return answer{Hosts: hosts, Database: strconv.Itoa(config.DB), TLS: encrypted(config.TLSConfig)}, nil
}

// readSQLServer calls it plain where only the login is encrypted, which is this client's default.
func readSQLServer(text string) (answer, error) {
	config, err := msdsn.Parse(text)
	if err != nil {
		return answer{}, err
	}
	mode := "required"
	if config.Encryption == msdsn.EncryptionOff || config.Encryption == msdsn.EncryptionDisabled {
		mode = "disabled"
	}
	port := int(config.Port)
	if port == 0 && config.Instance == "" {
		port = 1433
	}
	return answer{Hosts: []string{address(config.Host, port)}, Database: config.Database, TLS: mode}, nil
}

func readAMQP(text string) (answer, error) {
	uri, err := amqp.ParseURI(text)
	if err != nil {
		return answer{}, err
	}
	mode := map[string]string{"amqp": "disabled", "amqps": "required"}[uri.Scheme]
	return answer{Hosts: []string{address(uri.Host, uri.Port)}, Database: uri.Vhost, TLS: mode}, nil
}

var libraries = map[string]func(string) (answer, error){
	"mysql": readMySQL, "pgx": readPostgres, "redis": readRedis, "mssql": readSQLServer, "amqp": readAMQP,
}

func main() {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PG") {
			os.Unsetenv(name)
		}
	}
	var questions [][2]string
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		panic(err)
	}
	answers := make([]answer, len(questions))
	for index, question := range questions {
		said, err := libraries[question[0]](question[1])
		if err != nil {
			said.Error = err.Error()
		}
		answers[index] = said
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}
