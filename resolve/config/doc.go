// Package config is a project's configuration: .xec/config.yaml.
//
// # Where it is
//
// .xec/config.yaml or .xec/config.yml, in the working folder or the nearest one above
// it; a file that is named replaces the search. A .xec that nobody may look into is an
// error: without it another store would be taken. One that is open to its owner alone is
// passed by, for that is another person. The person's own configuration, in
// ~/.xec, is merged below it, the active profile above it: maps merge, anything else is
// replaced, null too. A profile stands below profiles, in either file, and may name
// another that it extends, which lies below it. The person's own file is no project.
//
// # Keys
//
// version, name, description, vars, env, targets, tasks, profiles, secrets, scripts,
// commands. Others are kept. vars, env, targets, tasks, profiles and secrets are maps; a
// key that stands twice in a map is an error.
//
// # References
//
// Every string may hold references of the dialect resolve.Config; keys of maps hold none.
// Within [ ] and { } a string with a reference needs quotes, as YAML says. Whoever reads
// tasks may say which strings are shell commands; those are of the dialect
// resolve.Command, and a bare ${name} may have the name of any variable. Of ${vars.a.b[0]}
// the path leads through maps and lists; a[0] and a.0 are the same. Alone in a string it
// is the variable itself, with its type, a map or a list too; in a longer text it must be
// a scalar, of which null is the empty text. Variables may refer to variables, in any order: a ring is an error that names
// it, and 64 variables are the most that lead through each other. All that references
// bring together may have 16 MiB, 100,000 nodes and 100 levels. ${env.NAME} and
// ${params.NAME} are text. ${cmd:…} is what a command prints, without line ends behind it:
// 1 MiB at most, within 30 seconds, run once.
//
// Nothing is resolved but what is asked for: [Evaluator.Need] notes what a part of the
// configuration needs, and [Evaluator.Resolve] gives it.
//
// # What acts
//
// Two things in a project's file would act before the person has asked for anything:
// commands in references, and a secrets block that decides where values are read from.
// Every string is looked through for commands as a text of a configuration and as a shell
// command. A block does not act if it only restates what the person would get anyway: the
// provider file in its default folder or in one inside of the project, keyring with its
// ordinary service, env. Any other key of it acts, since it could change a part of the
// person's own block; but what it says of a provider that is not used is not read, and needs
// no approval before it is. A block takes no references. A relative folder of the provider
// file begins at the folder in which the .xec lies whose file names it: the project, or for
// the person's own file the home folder, within a project too. What acts can be had through
// [Config.Acting] alone, with an approval of package trust for exactly these texts where
// the project lies; programs inside of the project that a command names belong to them, as
// far as they stand there by name; what they hold is read again when the file is another
// or was written since. The person's own file is trusted.
//
// # Paths
//
// A path is keys with dots between them and indices in brackets, as references have it.
// A key with a dot, a bracket, a quote or what is not printed stands in brackets and
// quotes, as in vars["a.b"].
//
// # Changes
//
// [Set] and [Unset] change one value in a text, or take one away, and no other byte:
// comments around it, order, indentation, line ends and the quotes of a scalar stay. What
// is new in a map goes behind its last key, indented as its neighbours are; what is new in
// brackets stays in brackets. A string gets quotes where any reader of YAML, of version
// 1.1 too, would take it for something else. The result is read again and must be the old
// tree but for that value; else, and where an anchor, an alias, a merge key or a tag is in
// the way, or a line ends in something else than a line feed, nothing is changed.
//
// # Bounds
//
// A file is UTF-8 and has 2 MiB at most, 100 levels, and with aliases followed 100,000
// nodes, 2 MiB of text and 32 MiB of paths; an alias within its own anchor is an error.
// Merge keys (<<) are followed. Of tags those of YAML count where the text is such a thing
// without one; with any other a scalar is a string. A file that is not YAML is an error of
// kind secret.General with its place; no message quotes it.
package config
