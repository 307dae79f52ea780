package task

import (
	"errors"
	"strings"
	"testing"

	"github.com/xec-sh/xec-go/resolve"
	"github.com/xec-sh/xec-go/store/secret"
)

// values are what references stand for in these tests.
var values = map[string]string{
	"env": "production", "n": "10", "float": "9.5", "empty": "", "yes": "Yes", "off": "OFF", "code": `" == "" || "`, "version": "1.10", "KEY": "s3cret", "word": "inf",
}

func factsOf(failed bool) facts {
	return facts{failed: failed, value: func(ref *resolve.Reference) (secret.Value, error) {
		v, ok := values[ref.Name]
		switch {
		case !ok && ref.HasDefault:
			v = ref.Default
		case !ok:
			return secret.Value{}, secret.Errorf(secret.NotFound, "%s not found", ref.Name)
		}
		return ref.Apply(secret.Text(v))
	}}
}

func TestConditions(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"true", true}, {"false", false}, {"!true", false}, {"!!true", true}, {"'a'", true}, {"''", false}, {"0", false}, {"1", true}, {"'no'", false},
		{"${params.env}", true}, {"${params.empty}", false}, {"${params.yes}", true}, {"${params.off}", false}, {"!${params.off}", true},
		{`${params.env} == "production"`, true}, {`${params.env} == 'staging'`, false}, {`${params.env} != 'staging'`, true}, {`'production'=="${params.env}"`, true},
		{`"x-${params.env}-${params.n}" == 'x-production-10'`, true}, {`${params.env} == ${vars.env}`, true}, {`${secret:KEY} == 's3cret'`, true}, {`${secret:KEY|base64} == 'czNjcmV0'`, true},
		{`${params.missing:-x} == "x"`, true}, {`${params.missing:-"} == '"'`, true}, {`${params.missing:-a && b} == 'a && b'`, true},
		{`${params.code} == ''`, false}, {`${params.code} == '" == "" || "'`, true}, // a value is data
		{"${params.n} == 10", true}, {"${params.n} == 10.0", true}, {"10.00 == ${params.n}", true}, {"${params.n} == '10.0'", false}, {"${params.env} == 10", false}, {"${params.env} != 10", true},
		{"${params.version} == '1.1'", false}, {"${params.version} == 1.1", true},
		{"${params.n} > 9", true}, {"${params.n} > ${params.float}", true}, {"${params.n} >= 10", true}, {"${params.n} < 10", false}, {"${params.n} <= 10", true}, {"-1 < +1e2", true}, {"'10' > '9'", true}, {"9007199254740993 == 9007199254740992", false}, {"9007199254740993 > 9007199254740992", true}, {"-5 < -4", true}, {"10 == 10.0", true},
		{"true || false && false", true}, {"(true || false) && false", false}, {"!true || true", true}, {"!(true || true)", false}, {"false || false || true", true}, {"true&&true&&false", false},
		{"1 == 1 && 2 != 3", true}, {"(1 < 2) && !(2 < 1)", true}, {"\ttrue\n|| ${params.missing}", true},
		{"success()", true}, {"failure()", false}, {"!failure()", true}, {"success() && ${params.env} == 'production'", true}, {"success ( )", true},
	} {
		c, err := parseCondition(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		got, err := c.holds(factsOf(false))
		if err != nil || got != test.want {
			t.Errorf("%s: %v, error %v", test.text, got, err)
		}
	}
}

func TestStatusOfTheStepsBefore(t *testing.T) {
	for text, calls := range map[string]bool{"failure()": true, "!success()": true, "failure() && true": true, "true": false, "'failure()' == 'failure()'": false} {
		c, err := parseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.holds(factsOf(true)); err != nil || !got || c.callsStatus() != calls {
			t.Errorf("%s: %v, error %v, calls %v", text, got, err, c.callsStatus())
		}
	}
}

func TestMalformedConditionsAreErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "1:1: expected a text",
		"  ":                           "1:3: expected a text",
		"production":                   "1:1: expected quotes",
		"${params.env} == production":  "1:18: expected quotes",
		"${params.env} = 'x'":          "1:15: unexpected character '='",
		"${params.env} === 'x'":        "1:17: unexpected character '='",
		"'a' == 'b":                    "1:8: the quote is not closed",
		"(true":                        "1:6: expected ')'",
		"true)":                        "1:5: expected an operator",
		"true true":                    "1:6: expected an operator",
		"true &&":                      "1:8: expected a text",
		"true & false":                 "1:6: unexpected character '&'",
		"!":                            "1:2: expected a text",
		"1 < 2 < 3":                    "1:7: expected an operator",
		"success":                      "1:8: expected ()",
		"success(1)":                   "1:9: expected ()",
		"é":                            "1:1: unexpected character 'é'",
		"'é' == é":                     "1:8: unexpected character 'é'",
		"true\n || x":                  "2:5: expected quotes",
		"${PARAMS.env}":                "1:1: ",
		"${params.env":                 "1:1: ",
		"${params.env} == ${secret:1}": "1:18: ",
		strings.Repeat("(", 200):       "1:101: the condition is too deep",
	} {
		_, err := parseCondition(text)
		var placed *resolve.PlacedError
		if !errors.As(err, &placed) || !errors.Is(err, secret.Invalid) || !strings.HasPrefix(placed.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestWhatCannotBeToldIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		"${params.env} < 3":      "column 1: the operand of <",
		"3 >= ${params.env}":     "column 6: the operand of <",
		"1 < ${params.word}":     "column 5: the operand of <",
		"${params.nothing} == 1": "nothing not found",
	} {
		c, err := parseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.holds(factsOf(false)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

// FuzzCondition says: a condition is an error with a place, or it is true or false, or says
// which operand it could not use; its references are those that it was asked for.
func FuzzCondition(f *testing.F) {
	for _, text := range []string{"${params.env} == 'x' && !(1 < ${params.n})", "success()||failure()", "\"${secret:KEY}\"", "((", "'", "!!!1e9", "${params.x:-\"}", "\\${x}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCondition(text)
		if err != nil {
			var placed *resolve.PlacedError
			if !errors.As(err, &placed) || placed.Offset < 0 || int(placed.Offset) > len(text) {
				t.Fatalf("error %v", err)
			}
			return
		}
		asked := 0
		_, _ = c.holds(facts{value: func(*resolve.Reference) (secret.Value, error) {
			asked++
			return secret.Text(`" || true || "`), nil
		}})
		if asked > len(c.refs) {
			t.Fatalf("asked for %d values of %d", asked, len(c.refs))
		}
	})
}
