// Command oracle asks the Kubernetes libraries what manifests mean and how they are written, so
// that the Rust code can be compared with them.
//
//	go run . golden ..     writes the golden files of this crate's tests
//	go run . serve         answers requests, one JSON object a line (see request)
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	kyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// request is one question. Input is base64 in JSON.
type request struct {
	Op    string `json:"op"` // "stream" or "emit"
	Input []byte `json:"input"`
}

// stream is what a decoder makes of a stream: one entry for each document, in order.
type stream struct {
	Documents []document `json:"documents"`
}

// document is the JSON a document stands for, what a Secret decoder reads from it, or an error.
type document struct {
	JSON   json.RawMessage `json:"json,omitempty"`
	Secret *secret         `json:"secret,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// secret has the field types of a Secret that matter for decoding.
type secret struct {
	Metadata struct {
		Name        string            `json:"name,omitempty"`
		Namespace   string            `json:"namespace,omitempty"`
		Labels      map[string]string `json:"labels,omitempty"`
		Annotations map[string]string `json:"annotations,omitempty"`
	} `json:"metadata"`
	StringData map[string]string `json:"stringData,omitempty"`
	Type       string            `json:"type,omitempty"`
	Immutable  *bool             `json:"immutable,omitempty"`
}

// The reference loops for ever on some streams; no case has so many documents.
const maxDocuments = 50

func readStream(input []byte) stream {
	var result stream
	untyped := kyaml.NewYAMLOrJSONDecoder(bytes.NewReader(input), 4096)
	for range maxDocuments {
		var raw json.RawMessage
		err := untyped.Decode(&raw)
		if err == io.EOF {
			return result
		}
		if err != nil {
			result.Documents = append(result.Documents, document{Error: err.Error()})
			continue
		}
		if len(raw) == 0 {
			raw = json.RawMessage("null")
		}
		// JSON input arrives as written; decoding settles escapes and invalid UTF-8.
		var value any
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		if err := decoder.Decode(&value); err != nil {
			result.Documents = append(result.Documents, document{Error: err.Error()})
			continue
		}
		raw, err = json.Marshal(value)
		if err != nil {
			panic(err)
		}
		result.Documents = append(result.Documents, document{JSON: raw})
	}
	return result
}

func readSecrets(input []byte) stream {
	var result stream
	typed := kyaml.NewYAMLOrJSONDecoder(bytes.NewReader(input), 4096)
	for range maxDocuments {
		var one secret
		err := typed.Decode(&one)
		if err == io.EOF {
			return result
		}
		if err != nil {
			result.Documents = append(result.Documents, document{Error: err.Error()})
			continue
		}
		result.Documents = append(result.Documents, document{Secret: &one})
	}
	return result
}

// emit writes JSON as YAML.
func emit(input []byte) (string, error) {
	out, err := yaml.JSONToYAML(input)
	return string(out), err
}

func serve() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return err
		}
		var answer any
		switch asked.Op {
		case "stream":
			answer = readStream(asked.Input)
		case "secrets":
			answer = readSecrets(asked.Input)
		case "emit":
			text, err := emit(asked.Input)
			if err != nil {
				answer = map[string]string{"error": err.Error()}
			} else {
				answer = map[string]string{"yaml": text}
			}
		default:
			return fmt.Errorf("unknown op %q", asked.Op)
		}
		line, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		out.Write(append(line, '\n'))
		out.Flush()
	}
	return lines.Err()
}

func main() {
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		err = serve()
	case len(os.Args) == 3 && os.Args[1] == "golden":
		err = writeGolden(os.Args[2])
	default:
		err = fmt.Errorf("usage: oracle serve | oracle golden DIR")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
