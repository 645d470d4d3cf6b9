package goldens

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"text/template"
)

// unpredictable functions answer differently each time, or in the order of a map, or need more than a few words.
var unpredictable = []string{
	"ago", "bcrypt", "date", "dateInZone", "date_in_zone", "derivePassword", "encryptAES", "genCA", "genCAWithKey",
	"genPrivateKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "htmlDate",
	"htmlDateInZone", "htpasswd", "now", "randAlpha", "randAlphaNum", "randAscii", "randBytes", "randInt", "randNumeric",
	"shuffle", "uuidv4",
}

// words are arguments of every kind, normal and at the edge.
var words = []string{
	`"abc def"`, `""`, `"42"`, `7`, `0`, `-3`, `2.5`, `true`, `nil`, `(list 3 "b" "a")`, `(list)`,
	`(dict "k" "v")`, `(splitList "," "x,y")`, `(until 3)`, `.`, `.user`, `(index . "none")`,
}

// typed arguments fit a parameter of that kind.
var typed = map[reflect.Kind][]string{
	reflect.String:  {`"Hello wörld"`, `""`, `"a,b,c"`, `.bin`, `"  x-Y_z 12\n"`},
	reflect.Int:     {`3`, `0`, `-1`, `"5"`, `1000`},
	reflect.Uint32:  {`1`},
	reflect.Bool:    {`true`, `false`},
	reflect.Float64: {`0.5`},
	reflect.Map:     {`(dict "a" 1)`, `(dict)`, `.`},
	reflect.Struct:  {`(toDate "2006-01-02" "2024-02-29")`},
}

// matrix calls every function with too few and too many arguments, and with each word in each place.
func matrix(engine, missingKey string, functions template.FuncMap) []Case {
	names := make([]string, 0, len(functions))
	for name := range functions {
		names = append(names, name)
	}
	slices.Sort(names)
	var cases []Case
	for _, function := range names {
		m := calls{function: function, kind: reflect.TypeOf(functions[function])}
		if engine == "external" && !external(function) {
			continue
		}
		for i, text := range m.all() {
			cases = append(cases, Case{
				Name:       name("matrix-"+function, i+1),
				Engine:     engine,
				MissingKey: missingKey,
				Data:       "plain",
				Template:   newTemplate(text),
			})
		}
	}
	return cases
}

// external are the functions that sprig has not: the rest is asked of the other engine.
func external(function string) bool {
	for _, part := range []string{"pkcs12", "Pkcs12", "PKCS12", "filter", "jwk", "Yaml", "rsaDecrypt"} {
		if strings.Contains(function, part) {
			return true
		}
	}
	return false
}

type calls struct {
	function string
	kind     reflect.Type
	texts    []string
}

func (c *calls) all() []string {
	c.arity()
	if slices.Contains(unpredictable, c.function) {
		return c.texts
	}
	fitting := c.fitting()
	for place := range fitting {
		for _, word := range words {
			c.call(replaced(fitting, place, word))
		}
		for _, word := range typed[c.parameter(place).Kind()] {
			c.call(replaced(fitting, place, word))
		}
	}
	if c.kind.IsVariadic() {
		c.call(fitting[:len(fitting)-1])
		for _, word := range words {
			c.call(append(slices.Clone(fitting), word))
		}
	}
	return c.texts
}

// arity asks for the errors about the number of arguments.
func (c *calls) arity() {
	count := c.kind.NumIn()
	if c.kind.IsVariadic() {
		count--
	}
	for given := range count {
		c.call(slices.Repeat([]string{`"x"`}, given))
	}
	if !c.kind.IsVariadic() {
		c.call(slices.Repeat([]string{`"x"`}, count+1))
	}
}

func (c *calls) parameter(place int) reflect.Type {
	if c.kind.IsVariadic() && place >= c.kind.NumIn()-1 {
		return c.kind.In(c.kind.NumIn() - 1).Elem()
	}
	return c.kind.In(place)
}

// fitting gives a list of arguments of the right types.
func (c *calls) fitting() []string {
	var arguments []string
	for place := range c.kind.NumIn() {
		parameter := c.parameter(place)
		switch choices, ok := typed[parameter.Kind()]; {
		case strings.Contains(strings.ToLower(c.function), "regex") && place == 0:
			arguments = append(arguments, `"[a-z]+"`)
		case strings.HasPrefix(c.function, "semver"):
			arguments = append(arguments, `"1.2.3"`)
		case ok:
			arguments = append(arguments, choices[0])
		default:
			arguments = append(arguments, `(list 3 "b" "a")`)
		}
	}
	return arguments
}

func (c *calls) call(arguments []string) {
	text := strings.Join(append([]string{c.function}, arguments...), " ")
	text = fmt.Sprintf("{{ %s }}", text)
	if !slices.Contains(c.texts, text) {
		c.texts = append(c.texts, text)
	}
}

func replaced(arguments []string, place int, word string) []string {
	arguments = slices.Clone(arguments)
	arguments[place] = word
	return arguments
}
