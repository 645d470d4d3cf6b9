// Package goldens renders templates with Go's own engine and writes down what came out.
//
// Two programs use it, one for each set of functions, because the two pin different versions of the same libraries.
// Each prints one JSON object a line: the case, and either the bytes it rendered to or the text of the error.
package goldens

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"
)

// A Case is one template with everything that decides what it renders to.
type Case struct {
	Name       string   `json:"name"`
	Engine     string   `json:"engine"`
	MissingKey string   `json:"missing_key"`
	Delims     []string `json:"delims,omitempty"`
	// The name of a set in data.json, a map of text to text.
	Data string `json:"data"`
	Template
}

// An Answer is what Go made of a case: either an output or an error.
type Answer struct {
	Case
	Output
	Error string `json:"error,omitempty"`
}

// A Template is text if it is UTF-8, so that the file can be read, and base64 if it is not.
type Template struct {
	Text  string `json:"template,omitempty"`
	Bytes []byte `json:"template_b64,omitempty"`
}

// An Output is like a Template. It may be empty, so no text and no output are not the same.
type Output struct {
	Text  *string `json:"output,omitempty"`
	Bytes []byte  `json:"output_b64,omitempty"`
}

func newTemplate(text string) Template {
	if utf8.ValidString(text) {
		return Template{Text: text}
	}
	return Template{Bytes: []byte(text)}
}

func (t Template) String() string {
	return t.Text + string(t.Bytes)
}

func newOutput(text string) Output {
	if utf8.ValidString(text) {
		return Output{Text: &text}
	}
	return Output{Bytes: []byte(text)}
}

// Main renders every case of the folder in the first argument and prints the answers.
func Main(engine, missingKey string, functions template.FuncMap) {
	log.SetFlags(0)
	// Dates without a zone are in the zone of the process.
	time.Local = time.UTC
	if len(os.Args) != 2 {
		log.Fatalf("usage: %s CASES", engine)
	}
	folder := os.Args[1]
	data, err := readData(folder)
	if err != nil {
		log.Fatal(err)
	}
	cases, err := readCases(folder, engine, missingKey)
	if err != nil {
		log.Fatal(err)
	}
	cases = append(cases, matrix(engine, missingKey, functions)...)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for _, one := range cases {
		answer := render(one, data[one.Data], functions)
		if strings.Contains(answer.Error, "0xc0") {
			continue // an address: differs from run to run
		}
		if err := encoder.Encode(answer); err != nil {
			log.Fatal(err)
		}
	}
}

// Random stands for randomness where a program can be told to use it. It gives the same bytes for every case, those
// that the test of our own engine gives.
var Random = &Sequence{}

// A Sequence of numbers in which each follows from the one before; their first bytes are the randomness.
type Sequence struct {
	before uint64
}

// Read never fails.
func (s *Sequence) Read(bytes []byte) (int, error) {
	for i := range bytes {
		s.before = s.before*6364136223846793005 + 1442695040888963407
		bytes[i] = byte(s.before >> 56)
	}
	return len(bytes), nil
}

func render(one Case, data map[string]string, functions template.FuncMap) (answer Answer) {
	Random.before = 1
	answer.Case = one
	t := template.New("t").Funcs(functions).Option("missingkey=" + one.MissingKey)
	if len(one.Delims) == 2 {
		t = t.Delims(one.Delims[0], one.Delims[1])
	}
	t, err := t.Parse(one.Template.String())
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	var out bytes.Buffer
	// As in the originals: a map of text to text, made anew for every template.
	root := make(map[string]string, len(data))
	for key, value := range data {
		root[key] = value
	}
	if err := t.Execute(&out, root); err != nil {
		answer.Error = err.Error()
		return answer
	}
	answer.Output = newOutput(out.String())
	return answer
}

func name(file string, number int) string {
	return fmt.Sprintf("%s-%03d", file, number)
}
