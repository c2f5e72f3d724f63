// Oracle answers questions, one JSON object a line, with the very code that the go command is made of.
package main

import (
	"bufio"
	"encoding/json"
	"go/version"
	"log"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/note"

	"oracle/quoted"
)

type question struct {
	Kind string
	A, B string
	Data []byte
}

func answer(q question) any {
	switch q.Kind {
	case "covers":
		return module.MatchPrefixPatterns(q.A, q.B)
	case "glob":
		matched, err := path.Match(q.A, q.B)
		return []bool{matched, err == nil}
	case "path":
		return module.CheckPath(q.A) == nil
	case "import":
		return module.CheckImportPath(q.A) == nil
	case "semver":
		return semver.Compare(q.A, q.B)
	case "escape":
		path, err := module.EscapePath(q.A)
		version, _ := module.EscapeVersion(q.B)
		return []any{path, version, err == nil}
	case "canonical":
		return module.CanonicalVersion(q.A)
	case "split":
		prefix, major, ok := module.SplitPathVersion(q.A)
		return []any{prefix, major, ok}
	case "major":
		return module.CheckPathMajor(q.A, q.B) == nil
	case "words":
		words, err := quoted.Split(q.A)
		return map[string]any{"words": words, "ok": err == nil}
	case "fields":
		return append(strings.Fields(q.A), strings.TrimSpace(q.A))
	case "unquote":
		text, err := strconv.Unquote(q.A)
		return map[string]any{"text": text, "ok": err == nil}
	case "url":
		return parseURL(q.A)
	case "key":
		verifier, err := note.NewVerifier(q.A)
		return err == nil && verifier.Name() != ""
	case "mod":
		return parseMod(q.Data)
	case "work":
		return parseWork(q.Data)
	case "versions":
		return version.Compare("go"+q.A, "go"+q.B)
	}
	log.Fatalf("unknown question %q", q.Kind)
	return nil
}

func parseURL(text string) any {
	u, err := url.Parse(text)
	if err != nil {
		return map[string]any{"ok": false}
	}
	return map[string]any{
		"ok": true, "scheme": u.Scheme, "host": u.Host, "user": u.User != nil,
		"path": u.Opaque == "" && u.EscapedPath() != "",
		"pure": *u == url.URL{Scheme: u.Scheme, Path: u.Path, RawPath: u.RawPath},
	}
}

func parseMod(data []byte) any {
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	m := map[string]any{}
	if f.Module != nil {
		m["module"] = []any{f.Module.Mod.Path, f.Module.Deprecated, f.Module.Syntax.Start.Line}
	}
	if f.Go != nil {
		m["go"] = []any{f.Go.Version, f.Go.Syntax.Start.Line}
	}
	if f.Toolchain != nil {
		m["toolchain"] = []any{f.Toolchain.Name, f.Toolchain.Syntax.Start.Line}
	}
	var godebug, require, exclude, replace, retract, tool, ignore []any
	for _, x := range f.Godebug {
		godebug = append(godebug, []any{x.Key, x.Value, x.Syntax.Start.Line})
	}
	for _, x := range f.Require {
		require = append(require, []any{x.Mod.Path, x.Mod.Version, x.Indirect, x.Syntax.Start.Line})
	}
	for _, x := range f.Exclude {
		exclude = append(exclude, []any{x.Mod.Path, x.Mod.Version, x.Syntax.Start.Line})
	}
	for _, x := range f.Replace {
		replace = append(replace, []any{x.Old.Path, x.Old.Version, x.New.Path, x.New.Version, x.Syntax.Start.Line})
	}
	for _, x := range f.Retract {
		retract = append(retract, []any{x.Low, x.High, x.Rationale, x.Syntax.Start.Line})
	}
	for _, x := range f.Tool {
		tool = append(tool, []any{x.Path, x.Syntax.Start.Line})
	}
	for _, x := range f.Ignore {
		ignore = append(ignore, []any{x.Path, x.Syntax.Start.Line})
	}
	m["godebug"], m["require"], m["exclude"], m["replace"] = godebug, require, exclude, replace
	m["retract"], m["tool"], m["ignore"] = retract, tool, ignore
	return m
}

func parseWork(data []byte) any {
	f, err := modfile.ParseWork("go.work", data, nil)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	m := map[string]any{}
	if f.Go != nil {
		m["go"] = []any{f.Go.Version, f.Go.Syntax.Start.Line}
	}
	if f.Toolchain != nil {
		m["toolchain"] = []any{f.Toolchain.Name, f.Toolchain.Syntax.Start.Line}
	}
	var godebug, use, replace []any
	for _, x := range f.Godebug {
		godebug = append(godebug, []any{x.Key, x.Value, x.Syntax.Start.Line})
	}
	for _, x := range f.Use {
		use = append(use, []any{x.Path, x.Syntax.Start.Line})
	}
	for _, x := range f.Replace {
		replace = append(replace, []any{x.Old.Path, x.Old.Version, x.New.Path, x.New.Version, x.Syntax.Start.Line})
	}
	m["godebug"], m["use"], m["replace"] = godebug, use, replace
	return m
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decoder, encoder := json.NewDecoder(in), json.NewEncoder(out)
	for decoder.More() {
		var q question
		if err := decoder.Decode(&q); err != nil {
			log.Fatal(err)
		}
		if err := encoder.Encode(answer(q)); err != nil {
			log.Fatal(err)
		}
	}
}
