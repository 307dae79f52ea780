package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/resolve/lint"
)

// checked is the project of fixtures/check, which has one problem of each rule, with a store
// of its own.
func checked(t *testing.T) (project, home string) {
	t.Helper()
	project, home = t.TempDir(), t.TempDir()
	if err := os.CopyFS(project, os.DirFS("../../fixtures/check")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"DB_PASSWORD", "API_TOKEN", "OLD_TOKEN"} {
		if out, status := ranIn(t, project, home, "secrets", "set", key, "--value", "a value"); status != 0 {
			t.Fatalf("status %d, %d bytes", status, len(out))
		}
	}
	return project, home
}

// ranIn runs xec and gives its standard output and status.
func ranIn(t *testing.T, project, home string, args ...string) ([]byte, int) {
	t.Helper()
	cmd := exec.Command(program(t, "xec"), args...)
	cmd.Dir, cmd.Env = project, cleanEnv(home)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out, cmd.ProcessState.ExitCode()
}

// versionOfTool is what differs from build to build.
var versionOfTool = regexp.MustCompile(`"version": "[^"]*, go[^"]*"`)

// TestCheckGolden: every problem of a project, in each format. XEC_UPDATE_GOLDEN=1 writes
// what is expected anew.
func TestCheckGolden(t *testing.T) {
	project, home := checked(t)
	for _, format := range checkFormats {
		got, status := ranIn(t, project, home, "check", "--format", format)
		if status != exitNotFound {
			t.Errorf("%s: status %d, want %d", format, status, exitNotFound)
		}
		if bytes.Contains(got, []byte("quoted nowhere")) {
			t.Errorf("%s: a default is quoted", format)
		}
		got = versionOfTool.ReplaceAll(got, []byte(`"version": "VERSION"`))
		requireGolden(t, filepath.Join("../../golden/check", "report."+format), got)
		for _, rule := range lint.Rules() {
			if !bytes.Contains(got, []byte(rule.String())) {
				t.Errorf("%s: nothing of %s: the fixture has one problem of each rule", format, rule)
			}
		}
	}
}

// TestCheckIsSARIF asks the published schema, for a project with every problem and for one
// with none.
func TestCheckIsSARIF(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("../../fixtures/sarif/sarif-2.1.0-rtm.5.json")
	if err != nil {
		t.Fatal(err)
	}
	project, home := checked(t)
	empty := t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, "a file with %"), []byte("${SECRET:K}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string][]string{"every problem": {project, "check"}, "a path": {empty, "check", "."}, "none": {project, "check", "plain.txt"}} {
		out, _ := ranIn(t, run[0], home, append(run[1:], "--format", "sarif")...)
		log, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%s: not of the schema: %v", name, err)
		}
		var parsed sarif
		if err := json.Unmarshal(out, &parsed); err != nil {
			t.Fatal(err)
		}
		for _, result := range parsed.Runs[0].Results {
			if rule := parsed.Runs[0].Tool.Driver.Rules[result.RuleIndex]; rule.ID != result.RuleID {
				t.Errorf("%s: rule %d is %s, not %s", name, result.RuleIndex, rule.ID, result.RuleID)
			}
		}
		if name == "a path" && parsed.Runs[0].Results[0].Locations[0].Physical.Artifact.URI != "a%20file%20with%20%25" {
			t.Errorf("the URI is %s", parsed.Runs[0].Results[0].Locations[0].Physical.Artifact.URI)
		}
	}
	if schema.Validate(map[string]any{"version": "2.1.0", "runs": []any{map[string]any{}}}) == nil {
		t.Error("the schema takes a run without a tool: it tests nothing")
	}
}

// TestFindingsStandWhereTheySay: at each place of the JSON report lies a bracket, or the file
// begins, or the message names what lies there.
func TestFindingsStandWhereTheySay(t *testing.T) {
	project, home := checked(t)
	out, _ := ranIn(t, project, home, "check", "-o", "json")
	var report reportJSON
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	brackets := 0
	for _, f := range report.Findings {
		text, err := os.ReadFile(filepath.Join(project, f.File))
		if err != nil {
			t.Fatal(err)
		}
		if at := resolve.At(text, int(f.Offset)); at.Line != f.Line || at.Column != f.Column {
			t.Errorf("%s %s: offset %d is %v, not %d:%d", f.File, f.Rule, f.Offset, at, f.Line, f.Column)
		}
		if f.Length > 0 {
			brackets++
			if b := text[f.Offset]; b != '$' && b != '{' {
				t.Errorf("%s %s: at %d:%d begins no reference", f.File, f.Rule, f.Line, f.Column)
			}
		}
	}
	if brackets < 10 || report.Errors < 5 || report.Warnings < 5 || report.Notes < 3 {
		t.Errorf("%d brackets, %d errors, %d warnings, %d notes", brackets, report.Errors, report.Warnings, report.Notes)
	}
}

// TestRenderRefusesWhatCheckCallsAnError, and takes what check has nothing against.
func TestRenderRefusesWhatCheckCallsAnError(t *testing.T) {
	project, home := checked(t)
	files, refused := 0, 0
	err := filepath.WalkDir(project, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(project, path)
		if err != nil || strings.HasPrefix(filepath.ToSlash(name), ".xec/") || e.Name() == "app.txt" || e.Name() == "README.md" || e.Name() == "logo.bin" {
			return err
		}
		_, checks := ranIn(t, project, home, "check", name)
		_, renders := ranIn(t, project, home, "render", "--check", name)
		if files++; (checks == 0) != (renders == 0) {
			t.Errorf("%s: check ends with %d, render with %d", name, checks, renders)
		}
		if checks != 0 {
			refused++
		}
		return nil
	})
	if err != nil || files < 7 || refused < 3 {
		t.Errorf("%d files, %d refused, error %v", files, refused, err)
	}
}

// TestFilesThatAShellReadsAsTheyAre: by name, or by the first line; a template is none.
func TestFilesThatAShellReadsAsTheyAre(t *testing.T) {
	for file, want := range map[string]bool{
		"a.sh": true, "b/A.SH": true, "a.bash": true, ".env": true, "prod.env": true, ".env.local": true, ".envrc": true,
		"run\n#!/bin/sh": true, "run\n#! /usr/bin/env bash": true, "run\n#!/usr/bin/env -S bash -e": true, "run\n#!/usr/local/bin/bash -eu": true,
		"a.sh.tmpl": false, ".env.example": false, ".env.tmpl": false, "a.txt": false, "envrc": false, "a.sh.txt": false,
		"run\n#!/usr/bin/env python3": false, "run\n#!/usr/bin/fish": false, "run\n# !/bin/sh": false, "run": false, "run\n#!": false,
		"run.tmpl\n#!/bin/sh": false,
	} {
		name, text, _ := strings.Cut(file, "\n")
		if got := readByShell(name, []byte(text)); got != want {
			t.Errorf("%q: %v", file, got)
		}
	}
}

func TestURIsOfFiles(t *testing.T) {
	absolute, err := filepath.Abs("a b")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a/b c.txt":      "a/b%20c.txt",
		"../a#b?c%":      "../a%23b%3Fc%25",
		"a:b":            "./a:b",
		"\u00e9\x1b[31m": "%C3%A9%1B%5B31m",
	} {
		if got := uriOf(path); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
	if u, err := url.Parse(uriOf(absolute)); err != nil || u.Scheme != "file" || !strings.HasSuffix(u.Path, "/a b") || u.Path[0] != '/' {
		t.Errorf("an absolute path: %s, error %v", uriOf(absolute), err)
	}
}

// FuzzCheckFile: whatever a file is, of whatever format, what is told of it stands in it.
func FuzzCheckFile(f *testing.F) {
	names := []string{"a.txt", "a.sh", ".env"}
	for _, ending := range slices.Sorted(maps.Keys(formatsByExtension)) {
		names = append(names, "a"+ending)
	}
	for i := range names {
		f.Add(uint(i), []byte("a: ${secret:K}\n"))
		f.Add(uint(i), []byte("{\"a\": \"${secret:K|base64} ${SECRET:K}\"} # ${secret:K"))
	}
	f.Fuzz(func(t *testing.T, which uint, text []byte) {
		path := names[which%uint(len(names))]
		c := &check{app: newApp(), report: lint.Report{UserPart: inUserPart}}
		c.text(path, text)
		c.report.Keys(nil)
		for _, f := range c.report.Findings() {
			if f.Offset < 0 || f.Length < 0 || f.Offset+int64(f.Length) > int64(len(text)) {
				t.Fatalf("%s: %v: %d bytes at %d, of %d", path, f.Rule, f.Length, f.Offset, len(text))
			}
			if f.Line < 1 || f.Column < 1 || f.Message == "" {
				t.Fatalf("%s: %v: no place, or no message", path, f.Rule)
			}
		}
	})
}
