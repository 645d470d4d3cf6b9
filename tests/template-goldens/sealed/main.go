// The answers of sealed-secrets: text/template with the generic functions of sprig.
package main

import (
	"text/template"

	"github.com/Masterminds/sprig/v3"

	goldens "signet.example/template-goldens"
)

func main() {
	functions := sprig.GenericFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(functions, name)
	}
	goldens.Main("sealed", "default", template.FuncMap(functions))
}
