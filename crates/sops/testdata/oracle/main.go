// Answers what the stores of sops make of documents.
//
// It reads one JSON object a line, with a format and an input in base64, and writes the object again with what was
// read and written: the tree, the text that is written for it, or the errors. Fields that it does not know stay.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/stores/dotenv"
	"github.com/getsops/sops/v3/stores/ini"
	sjson "github.com/getsops/sops/v3/stores/json"
	"github.com/getsops/sops/v3/stores/yaml"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		recording := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &recording); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, answer := range []string{"tree", "error", "emitted", "emit_error"} {
			delete(recording, answer)
		}
		record(recording)
		if err := out.Encode(recording); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func record(recording map[string]any) {
	format, _ := recording["format"].(string)
	input, _ := recording["input"].(string)
	text, err := base64.StdEncoding.DecodeString(input)
	if err != nil {
		recording["error"] = err.Error()
		return
	}
	store := storeFor(format)
	var branches sops.TreeBranches
	if err := guard(func() (err error) { branches, err = store.LoadPlainFile(text); return }); err != "" {
		recording["error"] = err
		return
	}
	documents := []any{}
	for _, b := range branches {
		documents = append(documents, branch(b))
	}
	recording["tree"] = documents
	var emitted []byte
	if err := guard(func() (err error) { emitted, err = store.EmitPlainFile(branches); return }); err != "" {
		recording["emit_error"] = err
		return
	}
	recording["emitted"] = base64.StdEncoding.EncodeToString(emitted)
}

// guard gives the text of an error or a panic.
func guard(step func() error) (problem string) {
	defer func() {
		if cause := recover(); cause != nil {
			problem = fmt.Sprint("panic: ", cause)
		}
	}()
	if err := step(); err != nil {
		return "error: " + err.Error()
	}
	return ""
}

func storeFor(format string) sops.Store {
	settings := config.NewStoresConfig()
	switch format {
	case "yaml":
		return yaml.NewStore(&settings.YAML)
	case "json":
		return sjson.NewStore(&settings.JSON)
	case "binary":
		return sjson.NewBinaryStore(&settings.JSONBinary)
	case "dotenv":
		return dotenv.NewStore(&settings.Dotenv)
	case "ini":
		return ini.NewStore(&settings.INI)
	}
	fmt.Fprintln(os.Stderr, "no such format:", format)
	os.Exit(1)
	return nil
}

func branch(b sops.TreeBranch) any {
	out := []any{"branch"}
	for _, item := range b {
		switch key := item.Key.(type) {
		case sops.Comment:
			out = append(out, value(key))
		case string:
			out = append(out, []any{"entry", key, value(item.Value)})
		default:
			out = append(out, []any{"other", value(item.Value)})
		}
	}
	return out
}

func value(v any) any {
	switch v := v.(type) {
	case nil:
		return []any{"null"}
	case bool:
		return []any{"bool", v}
	case int:
		return []any{"int", strconv.Itoa(v)}
	case int64:
		return []any{"int", strconv.FormatInt(v, 10)}
	case uint64:
		return []any{"uint", strconv.FormatUint(v, 10)}
	case float64:
		return []any{"float", strconv.FormatFloat(v, 'e', -1, 64)}
	case time.Time:
		return []any{"time", v.Format(time.RFC3339Nano)}
	case string:
		return []any{"str", base64.StdEncoding.EncodeToString([]byte(v))}
	case sops.Comment:
		return []any{"comment", base64.StdEncoding.EncodeToString([]byte(v.Value)), v.Inline}
	case []any:
		out := []any{"list"}
		for _, item := range v {
			out = append(out, value(item))
		}
		return out
	case sops.TreeBranch:
		return branch(v)
	}
	return []any{"unknown", fmt.Sprintf("%T", v)}
}
