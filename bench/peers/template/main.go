// Go's side of the template benchmarks: text/template with sprig, in a loop.
//
// It prints how many nanoseconds the loop took, and on the lines after that what the template rendered to.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 5 {
		log.Fatal("usage: template parse|render|both COUNT TEMPLATE DATA")
	}
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	data, err := readData(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	// With the functions already known, which most programs that use this package tell it anew for each template.
	b := benchmark{text: string(text), data: data, base: template.New("base").Funcs(sprig.TxtFuncMap())}
	work := map[string]func(){
		"parse":  func() { b.parse() },
		"render": b.renderOf(b.parse()),
		"both":   func() { b.renderOf(b.parse())() },
	}[os.Args[1]]
	if work == nil {
		log.Fatal("no such work: ", os.Args[1])
	}
	start := time.Now()
	for range count {
		work()
	}
	took := time.Since(start)
	b.renderOf(b.parse())()
	fmt.Printf("%d\n%s", took.Nanoseconds(), b.output)
}

func readData(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var data map[string]string
	return data, json.Unmarshal(text, &data)
}

type benchmark struct {
	base   *template.Template
	text   string
	data   map[string]string
	output []byte
}

func (b *benchmark) parse() *template.Template {
	parsed, err := b.base.New("bench").Parse(b.text)
	if err != nil {
		log.Fatal(err)
	}
	return parsed
}

// renderOf gives what renders into a new buffer each time, as the programs do that render one template once.
func (b *benchmark) renderOf(parsed *template.Template) func() {
	return func() {
		var out bytes.Buffer
		if err := parsed.Execute(&out, b.data); err != nil {
			log.Fatal(err)
		}
		b.output = out.Bytes()
	}
}
