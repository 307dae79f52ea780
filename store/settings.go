package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/xec-sh/xec-go/store/secret"
)

// Settings are what a configuration says of one provider: a JSON object, or nothing.
type Settings []byte

// Decode reads the settings of the provider name into a struct with json tags. A setting
// that it does not have, and one of another type, is an error of kind secret.Invalid that
// names it.
func (s Settings) Decode(name string, into any) error {
	if len(s) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(s))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field != "":
		return secret.Errorf(secret.Invalid, "secrets.%s.%s: not %s", name, wrong.Field, kindOf(wrong.Type))
	case errors.As(err, &wrong):
		return secret.Errorf(secret.Invalid, "secrets.%s: not a map of settings", name)
	}
	if _, unknown, ok := strings.Cut(err.Error(), "unknown field "); ok {
		err := secret.Errorf(secret.Invalid, "secrets.%s: there is no setting %s", name, unknown)
		if all := namesOf(into); len(all) > 0 {
			return secret.WithHint(err, "the settings are %s", strings.Join(all, ", "))
		}
		return err
	}
	return secret.Errorf(secret.Invalid, "secrets.%s: not a map of settings", name)
}

// namesOf are the settings that a struct has.
func namesOf(into any) (all []string) {
	t := reflect.TypeOf(into).Elem()
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			all = append(all, name)
		}
	}
	return all
}

// kindOf is what a person calls the type of a setting.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Int {
			return "a list of whole numbers"
		}
		return "a list of texts"
	case reflect.Struct:
		return "a map of settings"
	case reflect.Int, reflect.Uint:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	}
	return "a text"
}
