package lint

// Level is how bad a finding is.
type Level uint8

// The levels. The zero Level stands for that of the rule.
const (
	ofRule Level = iota
	Note
	Warning
	Error
)

var levels = [...]string{"", "note", "warning", "error"}

func (l Level) String() string { return levels[l] }

// Rule is what a finding is about.
type Rule uint8

// The rules.
const (
	Missing Rule = iota
	Grammar
	Misspelt
	Unclosed
	Cycle
	Undeclared
	Config
	UnknownKey
	Task
	Format
	Place
	Base64
	URL
	CommandLine
	Unrendered
	Comment
	Unused
	Skipped
)

// About is what there is to say of a rule.
type About struct {
	ID     string
	Level  Level
	Title  string
	Why    string
	Remedy string
}

var rules = [...]About{
	Missing: {"missing", Error, "A reference to a secret that does not exist",
		"Nothing that needs the reference can be rendered or run.",
		"Set the key with xec secrets set, correct the reference, or give it a default: ${secret:KEY:-text}."},
	Grammar: {"grammar", Error, "A reference that is not of the grammar",
		"What begins like a reference is xec's, and nothing is rendered that cannot be understood.",
		"Write ${secret:KEY}, with filters behind | and a default behind :-; write \\ before the $ if it is not meant for xec."},
	Misspelt: {"misspelt", Warning, "A text that is nearly a reference",
		"Rendering leaves it alone without a word: in a file that is no configuration of xec it may be somebody else's. The program gets the text in place of the value.",
		"Write ${secret:KEY}, in small letters and without blanks."},
	Unclosed: {"unclosed", Warning, "A reference without a closing bracket",
		"A reference lies on one line. What is not closed there is left alone without a word.",
		"Close it on its line."},
	Cycle: {"cycle", Error, "Variables that lead back to themselves",
		"Such a variable has no value.",
		"Break the ring: one of the variables must not refer to the others."},
	Undeclared: {"undeclared", Error, "A variable or parameter that does not exist",
		"What needs the reference cannot be resolved.",
		"Declare it below vars, or below params of the task, or give the reference a default."},
	Config: {"config", Error, "A configuration that cannot be read",
		"No command can use the configuration, or the part of it.",
		"Correct it as the message says."},
	UnknownKey: {"unknown-key", Warning, "A key that xec does not know",
		"It is kept and has no effect, as a misspelt key would.",
		"Correct its name, or keep it if another program reads it."},
	Task: {"task", Error, "A task that cannot be run",
		"xec run refuses the task before its first step.",
		"Correct it as the message says; go doc ./resolve/task lists what a task may have."},
	Format: {"format", Error, "A template that is not of its format",
		"xec render refuses the file: it proves what it writes by reading it again.",
		"Correct the file, quote the reference, or take the file for plain text with --format text."},
	Place: {"place", Error, "A place that carries no value",
		"xec render or xec run refuses it: no encoding makes the value data there.",
		"Move the reference to a place that carries it, as the message says."},
	Base64: {"base64", Error, "The data of a Kubernetes Secret that is not base64",
		"A cluster decodes data, and refuses the text or takes it for something else.",
		"Write ${secret:KEY|base64}, or stringData in place of data."},
	URL: {"url", Warning, "The user part of a URL without |url",
		"A value with @, :, / or % changes where the URL leads.",
		"Write ${secret:KEY|url}, unless the value is percent-encoded already."},
	CommandLine: {"command-line", Warning, "A value on a command line",
		"Every user of the machine can read the arguments of a program, in ps or /proc.",
		"Hand the value over in the environment, in a file or on standard input."},
	Unrendered: {"unrendered", Warning, "A reference in a file that a shell reads as it is",
		"bash takes ${secret:KEY} for a part of the variable secret: an empty text, with status 0.",
		"Start the program with xec exec or xec run, or make the file a template (.tmpl) and render it."},
	Comment: {"comment", Note, "A reference in a comment",
		"It stays as it is: a comment is no place for a value.",
		"Nothing, if it is meant as text."},
	Unused: {"unused", Note, "A secret that nothing refers to",
		"What nobody needs can only leak.",
		"Delete it with xec secrets delete, unless a program asks for it by name."},
	Skipped: {"skipped", Note, "A file that was not looked at",
		"What is wrong with it is not known.",
		"Render it with xec render --check, which reads files of any size."},
}

// About gives what there is to say of a rule.
func (r Rule) About() About { return rules[r] }

func (r Rule) String() string { return rules[r].ID }

// Rules gives all rules.
func Rules() (all []Rule) {
	for i := range rules {
		all = append(all, Rule(i))
	}
	return all
}
