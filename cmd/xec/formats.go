package main

import (
	"errors"
	"path"
	"path/filepath"
	"strings"

	"github.com/xec-sh/xec-go/render"
	"github.com/xec-sh/xec-go/render/dotenv"
	"github.com/xec-sh/xec-go/render/hcl"
	"github.com/xec-sh/xec-go/render/html"
	"github.com/xec-sh/xec-go/render/ini"
	"github.com/xec-sh/xec-go/render/json"
	"github.com/xec-sh/xec-go/render/netrc"
	"github.com/xec-sh/xec-go/render/properties"
	"github.com/xec-sh/xec-go/render/toml"
	"github.com/xec-sh/xec-go/render/xml"
	"github.com/xec-sh/xec-go/render/yaml"
	syntax "github.com/xec-sh/xec-go/store/dotenv"
	"github.com/xec-sh/xec-go/store/secret"
)

// templateEndings stand behind the name of a file that is a template of it.
var templateEndings = []string{".tmpl", ".template", ".tpl", ".in", ".dist", ".example", ".sample"}

// formatsByExtension are the formats by the ends of names.
var formatsByExtension = map[string]string{
	".yaml": "yaml", ".yml": "yaml",
	".json": "json", ".ndjson": "json", ".jsonl": "json", ".webmanifest": "json", ".geojson": "json", ".tfstate": "json",
	".jsonc": "jsonc", ".json5": "jsonc", ".code-workspace": "jsonc",
	".toml":       "toml",
	".env":        "dotenv",
	".properties": "properties", ".netrc": "netrc",
	".ini": "ini", ".cfg": "ini", ".cnf": "ini", ".desktop": "ini",
	".service": "ini", ".socket": "ini", ".timer": "ini", ".mount": "ini", ".path": "ini", ".target": "ini", ".network": "ini", ".netdev": "ini",
	".hcl": "hcl", ".tfvars": "hcl", ".tf": "hcl", ".tofu": "hcl", ".nomad": "hcl",
	".xml": "xml", ".xsd": "xml", ".xsl": "xml", ".xslt": "xml", ".svg": "xml", ".plist": "xml", ".pom": "xml", ".wsdl": "xml", ".xhtml": "xml",
	".html": "html", ".htm": "html",
	".csproj": "xml", ".props": "xml", ".targets": "xml", ".nuspec": "xml", ".resx": "xml", ".rss": "xml", ".atom": "xml",
}

// formatsByName are the formats of files that are known by their names, some with that of
// their folder.
var formatsByName = map[string]string{
	".clang-format": "yaml", ".clang-tidy": "yaml", ".clangd": "yaml", ".yamllint": "yaml", ".prettierrc": "yaml",
	".babelrc": "jsonc", ".eslintrc": "jsonc", ".swcrc": "jsonc", ".jshintrc": "jsonc",
	"composer.lock": "json", "pipfile.lock": "json", "flake.lock": "json", ".bowerrc": "json",
	".npmrc": "ini-raw", ".gitconfig": "ini-raw", ".git/config": "ini-raw", ".gitmodules": "ini-raw", ".pypirc": "ini-raw", "pip.conf": "ini-raw", "pip.ini": "ini-raw",
	".aws/credentials": "ini-raw", ".aws/config": "ini-raw", ".pg_service.conf": "ini-raw", ".s3cfg": "ini-raw",
	".coveragerc": "ini", ".flake8": "ini", "supervisord.conf": "ini", "odbc.ini": "ini", "odbcinst.ini": "ini", "rclone.conf": "ini",
	"_netrc": "netrc", "netrc": "netrc", ".authinfo": "netrc",
	".kube/config": "yaml", "kubeconfig": "yaml", ".condarc": "yaml", ".terraformrc": "hcl", "terraform.rc": "hcl",
	".flaskenv": "dotenv", ".dockerconfigjson": "json",
	"web.config": "xml", "app.config": "xml", "nuget.config": "xml", "packages.config": "xml",
	"pipfile": "toml", "cargo.lock": "toml", "poetry.lock": "toml", "uv.lock": "toml",
}

// formatOf tells the format of a file by its name.
func formatOf(file string) string {
	name := shapedLike(filepath.Base(file))
	folder := strings.ToLower(filepath.Base(filepath.Dir(file)))
	for _, known := range []string{folder + "/" + name, name} {
		if format, ok := formatsByName[known]; ok {
			return format
		}
	}
	if format, ok := formatsByExtension[path.Ext(name)]; ok {
		return format
	}
	if strings.HasPrefix(name, ".env.") || strings.HasPrefix(name, ".env-") {
		return "dotenv"
	}
	return "text"
}

// shapedLike is the name, in lower case, of the file that a template is of.
func shapedLike(name string) string {
	name = strings.ToLower(name)
	for _, ending := range templateEndings {
		name = strings.TrimSuffix(name, ending)
	}
	return name
}

// formats are the formats by the names that --format takes.
var formats = map[string]documentFormat{
	"yaml": {yaml.Format, yaml.NewStream}, "json": {json.Format, json.NewStream}, "jsonc": {json.Format, json.NewStream},
	"toml": {whole: toml.Format}, "xml": {whole: xml.Format}, "html": {whole: html.Format}, "ini": {whole: ini.Format}, "ini-raw": {whole: ini.Raw}, "properties": {properties.Format, properties.NewStream}, "hcl": {whole: hcl.Format}, "netrc": {whole: netrc.Format},
	"dotenv": {dotenv.Format(parseDotenv), dotenv.Stream(parseDotenv)},
}

// parseDotenv lends package store/dotenv's reader to render, which does not know it.
func parseDotenv(src []byte) ([]dotenv.Line, error) {
	parsed, err := syntax.Parse(src)
	lines := make([]dotenv.Line, len(parsed))
	for i, l := range parsed {
		lines[i] = dotenv.Line{Name: l.Name, Value: l.Value, Quote: byte(l.Quote), Start: l.Start, End: l.End}
	}
	var at *syntax.SyntaxError
	if errors.As(err, &at) {
		err = render.Errorf(at.Offset, secret.General, "%s", at.Reason)
	}
	return lines, err
}

var formatNames = []string{"yaml", "json", "jsonc", "toml", "dotenv", "ini", "ini-raw", "properties", "netrc", "xml", "html", "hcl", "text"}

// documentFormat is a format, with a stream where it has one.
type documentFormat struct {
	whole  render.Format
	stream func() render.Stream
}
