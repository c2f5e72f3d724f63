// Internet stands for everything that is not on the loopback: hosts with import meta tags, a code host that speaks the
// module proxy protocol, and a signed checksum database. It is a web proxy that leads every host to one TLS server.
//
// What the first label of a host says is what that host answers: `404.test`, `reset.test`; any other label is a host
// that is well. `at-404.test` names a code host that answers so. The modules of `corp.test` have paths of three
// elements, the last one of which is not `missing`. Standard output has one JSON object with the addresses, then a line for each request.
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/sumdb/note"
)

const database, code, corp, version = "sum.test", "code.test", "corp.test", "v1.0.0"

var (
	out   = bufio.NewWriter(os.Stdout)
	outMu sync.Mutex
)

func say(format string, args ...any) {
	outMu.Lock()
	defer outMu.Unlock()
	fmt.Fprintf(out, format+"\n", args...)
	out.Flush()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// content returns the files of a module by their path.
func content(module string) map[string]string {
	files := map[string]string{"go.mod": "module " + module + "\n"}
	if strings.HasPrefix(module, corp+"/") {
		files["cmd/tool/main.go"] = "package main\n\nfunc main() {}\n"
		files["p.go"] = "package p\n"
	}
	return files
}

func zipped(module string) []byte {
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for path, text := range content(module) {
		f, err := w.Create(module + "@" + version + "/" + path)
		check(err)
		io.WriteString(f, text)
	}
	check(w.Close())
	return data.Bytes()
}

// sums returns the lines of go.sum for a module.
func sums(module, vers string) ([]byte, error) {
	if vers != version {
		return nil, fmt.Errorf("unknown version %s", vers)
	}
	files := content(module)
	root := module + "@" + version + "/"
	hash := func(names ...string) string {
		h, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(files[strings.TrimPrefix(name, root)])), nil
		})
		check(err)
		return h
	}
	var all []string
	for path := range files {
		all = append(all, root+path)
	}
	return fmt.Appendf(nil, "%[1]s %[2]s %[3]s\n%[1]s %[2]s/go.mod %[4]s\n",
		module, version, hash(all...), hash("go.mod")), nil
}

func answer(w http.ResponseWriter, r *http.Request) {
	host, _, _ := strings.Cut(r.Host, ":")
	path := strings.TrimPrefix(r.URL.Path, "/")
	what, _, _ := strings.Cut(host, ".")
	status, _ := strconv.Atoi(what)
	switch {
	case what == "reset":
		panic(http.ErrAbortHandler)
	case what == "html":
		fmt.Fprint(w, "<!doctype html><title>Sign in</title>")
	case status > 200:
		http.Error(w, "no", status)
	case r.FormValue("go-get") == "1":
		at, named := strings.CutPrefix(what, "at-")
		if !named {
			at = "well"
		}
		if host == corp {
			elements := strings.Split(path, "/")
			if len(elements) < 2 || elements[1] == "missing" {
				http.Error(w, "no", 404)
				return
			}
			path = strings.Join(elements[:2], "/")
		}
		fmt.Fprintf(w, `<meta name="go-import" content="%s/%s mod https://%s.%s">`, host, path, at, code)
	default:
		serve(w, path)
	}
}

func serve(w http.ResponseWriter, path string) {
	module, file, _ := strings.Cut(path, "/@")
	switch filepath.Ext(file) {
	case ".info":
		fmt.Fprintf(w, `{"Version":"%s"}`, version)
	case ".mod":
		fmt.Fprintf(w, "module %s\n", module)
	case ".zip":
		w.Write(zipped(module))
	default:
		http.Error(w, "no", 404)
	}
}

func logged(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say("%s%s", r.Host, r.URL.RequestURI())
		h.ServeHTTP(w, r)
	})
}

// tunnel leads every CONNECT to one address.
func tunnel(address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "CONNECT" || strings.HasPrefix(r.Host, "refused.") {
			http.Error(w, "no such host", 502)
			return
		}
		to, err := net.Dial("tcp", address)
		check(err)
		from, _, err := w.(http.Hijacker).Hijack()
		check(err)
		fmt.Fprint(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			defer to.Close()
			io.Copy(to, from)
		}()
		defer from.Close()
		io.Copy(from, to)
	})
}

func certificate() (tls.Certificate, []byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "test"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		IsCA:         true, BasicConstraintsValid: true,
		DNSNames: os.Args[1:],
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func main() {
	signer, verifier, err := note.GenerateKey(rand.Reader, database)
	check(err)
	records := logged(sumdb.NewServer(sumdb.NewTestServer(signer, sums)))
	hosts := logged(http.HandlerFunc(answer))
	mux := http.NewServeMux()
	for _, path := range sumdb.ServerPaths {
		mux.Handle(database+path, records)
	}
	mux.Handle("/", hosts)

	pair, authority := certificate()
	secure, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	check(err)
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	quiet := log.New(io.Discard, "", 0)
	go func() { check((&http.Server{Handler: mux, ErrorLog: quiet}).Serve(secure)) }()
	go func() { check((&http.Server{Handler: records}).Serve(plain)) }()
	go func() { check(http.Serve(proxy, tunnel(secure.Addr().String()))) }()

	head, err := json.Marshal(map[string]string{
		"authority": string(authority), "verifier": verifier,
		"plain": "http://" + plain.Addr().String(), "proxy": "http://" + proxy.Addr().String(),
	})
	check(err)
	say("%s", head)
	io.Copy(io.Discard, os.Stdin) // until the test is over
}
