package goldens

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// readData gives the sets of data.json. A value that begins with "base64:" stands for the bytes after it.
func readData(folder string) (map[string]map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "data.json"))
	if err != nil {
		return nil, err
	}
	sets := map[string]map[string]string{}
	if err := json.Unmarshal(text, &sets); err != nil {
		return nil, err
	}
	for _, set := range sets {
		for key, value := range set {
			if encoded, ok := strings.CutPrefix(value, "base64:"); ok {
				decoded, err := base64.StdEncoding.DecodeString(encoded)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", key, err)
				}
				set[key] = string(decoded)
			}
		}
	}
	return sets, nil
}

// readCases reads the *.txt files of the folder. A line is a template; one of several lines stands between lines of
// "%%%". A line that begins with "# " is a comment. A line that begins with "@ " says how the templates up to the next
// such line are rendered: engine=NAME (only there), missing=default|zero|error|all, data=SET, delims=LEFT,RIGHT. A
// line that begins with "\" is the Go string literal after it, for bytes that are not text.
func readCases(folder, engine, missingKey string) ([]Case, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		return nil, err
	}
	slices.Sort(paths)
	var cases []Case
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		file := reader{
			name:     strings.TrimSuffix(filepath.Base(path), ".txt"),
			engine:   engine,
			defaults: settings{engine: engine, missing: []string{missingKey}, data: "plain"},
		}
		if err := file.read(string(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		cases = append(cases, file.cases...)
	}
	return cases, nil
}

type settings struct {
	engine  string
	missing []string
	data    string
	delims  []string
}

type reader struct {
	name, engine string
	defaults     settings
	now          settings
	number       int
	cases        []Case
}

func (r *reader) read(text string) error {
	r.now = r.defaults
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case line == "" || line == "#" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "@"):
			if err := r.set(strings.Fields(line[1:])); err != nil {
				return err
			}
		case line == "%%%":
			end := slices.Index(lines[i+1:], "%%%")
			if end < 0 {
				return fmt.Errorf("line %d: no end", i+1)
			}
			r.add(strings.Join(lines[i+1:i+1+end], "\n"))
			i += end + 1
		case strings.HasPrefix(line, `\"`):
			var unquoted string
			if _, err := fmt.Sscanf(line[1:], "%q", &unquoted); err != nil {
				return fmt.Errorf("line %d: %w", i+1, err)
			}
			r.add(unquoted)
		default:
			r.add(line)
		}
	}
	return nil
}

func (r *reader) set(words []string) error {
	r.now = r.defaults
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "engine":
			r.now.engine = value
		case "missing":
			r.now.missing = []string{value}
			if value == "all" {
				r.now.missing = []string{"default", "zero", "error"}
			}
		case "data":
			r.now.data = value
		case "delims":
			r.now.delims = strings.Split(value, ",")
		default:
			return fmt.Errorf("no such setting: %s", word)
		}
	}
	return nil
}

func (r *reader) add(text string) {
	r.number++
	if r.now.engine != r.engine {
		return
	}
	for _, missing := range r.now.missing {
		r.cases = append(r.cases, Case{
			Name:       name(r.name, r.number),
			Engine:     r.engine,
			MissingKey: missing,
			Delims:     r.now.delims,
			Data:       r.now.data,
			Template:   newTemplate(text),
		})
	}
}
