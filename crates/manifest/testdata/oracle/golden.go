package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
)

// writeGolden writes one file of JSON lines for each kind of case.
func writeGolden(dir string) error {
	if err := writeLines(filepath.Join(dir, "scalars.jsonl"), scalarGolden()); err != nil {
		return err
	}
	if err := writeLines(filepath.Join(dir, "streams.jsonl"), streamGolden()); err != nil {
		return err
	}
	return writeLines(filepath.Join(dir, "emit.jsonl"), emitGolden())
}

func writeLines(path string, lines []any) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// scalarLine is one scalar in every place it can stand in.
type scalarLine struct {
	Written string `json:"written"`
	// What the place yields, or what the decoder says against it.
	String string `json:"string"`          // stringData: {k: WRITTEN}
	Key    string `json:"key"`             // stringData: {WRITTEN: v}
	JSON   string `json:"json"`            // x: WRITTEN, as JSON
	Error  string `json:"error,omitempty"` // of the first
	KeyErr string `json:"keyError,omitempty"`
	AnyErr string `json:"jsonError,omitempty"`
}

func scalarGolden() []any {
	var lines []any
	for _, written := range scalarCases() {
		line := scalarLine{Written: written}
		one := readSecrets([]byte("stringData:\n  k: " + written + "\n"))
		line.String, line.Error = onlyString(one, "k")
		one = readSecrets([]byte("stringData:\n  " + written + ": v\n"))
		line.Key, line.KeyErr = onlyKey(one)
		any := readStream([]byte("x: " + written + "\n"))
		if len(any.Documents) == 1 {
			line.JSON, line.AnyErr = string(any.Documents[0].JSON), any.Documents[0].Error
		} else {
			line.AnyErr = "several documents"
		}
		lines = append(lines, line)
	}
	return lines
}

func onlyString(read stream, key string) (string, string) {
	if len(read.Documents) != 1 {
		return "", "several documents"
	}
	if read.Documents[0].Secret == nil {
		return "", read.Documents[0].Error
	}
	return read.Documents[0].Secret.StringData[key], ""
}

func onlyKey(read stream) (string, string) {
	if len(read.Documents) != 1 {
		return "", "several documents"
	}
	if read.Documents[0].Secret == nil {
		return "", read.Documents[0].Error
	}
	for key := range read.Documents[0].Secret.StringData {
		return key, ""
	}
	return "", "no key"
}

type streamLine struct {
	Name      string     `json:"name"`
	Input     []byte     `json:"input"`
	Documents []document `json:"documents"`
	Secrets   []document `json:"secrets"`
}

func streamGolden() []any {
	var lines []any
	for _, one := range streamCases() {
		lines = append(lines, streamLine{
			Name:      one.name,
			Input:     []byte(one.input),
			Documents: readStream([]byte(one.input)).Documents,
			Secrets:   readSecrets([]byte(one.input)).Documents,
		})
	}
	return lines
}

type emitLine struct {
	JSON  json.RawMessage `json:"json"`
	YAML  string          `json:"yaml,omitempty"`
	Error string          `json:"error,omitempty"`
}

func emitGolden() []any {
	var lines []any
	for _, value := range emitCases() {
		input, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		if !stable(input) {
			continue
		}
		line := emitLine{JSON: input}
		text, err := emit(input)
		if err != nil {
			line.Error = err.Error()
		} else {
			line.YAML = text
		}
		lines = append(lines, line)
	}
	return lines
}

// stable is false for sets of keys whose order the library leaves to chance: its comparison is not
// transitive ("v2" < "v10" < "v1a" < "v2"), and it sorts what comes out of a Go map.
func stable(input []byte) bool {
	first, _ := emit(input)
	for range 50 {
		if again, _ := emit(input); again != first {
			return false
		}
	}
	return true
}
