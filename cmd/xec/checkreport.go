package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/xec-sh/xec-go/resolve/lint"
)

// writeFindings writes what was found to standard output.
func (a *app) writeFindings(format string, c *check, findings []lint.Finding) error {
	switch format {
	case "json":
		return a.indentedJSON(jsonReport(c, findings))
	case "sarif":
		return a.indentedJSON(sarifLog(c, findings))
	}
	w := bufio.NewWriter(a.out)
	for _, f := range findings {
		fmt.Fprintf(w, "%s:%v: %s: %s [%s]\n", onOneLine(f.File), f.Position, f.Level, onOneLine(f.Message), f.Rule)
		if f.Hint != "" {
			fmt.Fprintf(w, "    hint: %s\n", onOneLine(f.Hint))
		}
	}
	return w.Flush()
}

type findingJSON struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"` // in characters
	Offset  int64  `json:"offset"` // in bytes
	Length  int    `json:"length,omitempty"`
	Rule    string `json:"rule"`
	Level   string `json:"level"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

type reportJSON struct {
	Findings []findingJSON `json:"findings"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Notes    int           `json:"notes"`
	Files    int           `json:"files"` // that were looked at
	Store    bool          `json:"store"` // whether the names of its keys were known
}

func jsonReport(c *check, findings []lint.Finding) reportJSON {
	r := reportJSON{Findings: []findingJSON{}, Files: c.looked, Store: c.unknown == nil}
	counts := map[lint.Level]*int{lint.Error: &r.Errors, lint.Warning: &r.Warnings, lint.Note: &r.Notes}
	for _, f := range findings {
		*counts[f.Level]++
		r.Findings = append(r.Findings, findingJSON{f.File, f.Line, f.Column, f.Offset, f.Length, f.Rule.String(), f.Level.String(), f.Message, f.Hint})
	}
	return r
}

// SARIF 2.1.0, as far as it is used: https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
type (
	sarif struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string             `json:"id"`
		Title   sarifText          `json:"shortDescription"`
		Why     sarifText          `json:"fullDescription"`
		Remedy  sarifText          `json:"help"`
		Default sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID      string            `json:"ruleId"`
		RuleIndex   int               `json:"ruleIndex"`
		Level       string            `json:"level"`
		Message     sarifText         `json:"message"`
		Locations   []sarifLocation   `json:"locations"`
		Fingerprint map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

func sarifLog(c *check, findings []lint.Finding) sarif {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "xec", Version: version()}},
		Invocations: []sarifInvocation{{Successful: true}},
		ColumnKind:  "unicodeCodePoints",
		Results:     []sarifResult{},
	}
	for _, rule := range lint.Rules() {
		about := rule.About()
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			about.ID, sarifText{about.Title}, sarifText{about.Why}, sarifText{about.Remedy}, sarifConfiguration{about.Level.String()},
		})
	}
	if c.unknown != nil {
		text := "the store could not be looked at: missing and unused keys are not told"
		run.Invocations[0].Notifications = []sarifNotification{{"warning", sarifText{text}}}
	}
	prints := fingerprints{}
	for _, f := range findings {
		message := f.Message
		if f.Hint != "" {
			message += "; " + f.Hint
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: f.Rule.String(), RuleIndex: int(f.Rule), Level: f.Level.String(), Message: sarifText{message},
			Locations: []sarifLocation{{sarifPhysical{
				sarifArtifact{uriOf(f.File)}, sarifRegion{f.Line, f.Column},
			}}},
			Fingerprint: map[string]string{"xec/v1": prints.of(f)},
		})
	}
	return sarif{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

// uriOf is the URI of a file, relative as its path is.
func uriOf(path string) string {
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
		if u.Path[0] != '/' { // C:/
			u.Path = "/" + u.Path
		}
	}
	return u.String()
}

// fingerprints tell a finding from others, whatever line it moves to.
type fingerprints map[string]int

func (p fingerprints) of(f lint.Finding) string {
	text := fmt.Sprintf("%s\x00%s\x00%s", f.Rule, filepath.ToSlash(f.File), f.Message)
	p[text]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", text, p[text]))
	return hex.EncodeToString(sum[:16])
}
