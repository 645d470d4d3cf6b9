// The answers of the External Secrets Operator: text/template with the functions of its own template package.
package main

import (
	external "github.com/external-secrets/external-secrets/pkg/template/v2"
	"software.sslmate.com/src/go-pkcs12"

	goldens "signet.example/template-goldens"
)

func main() {
	functions := external.FuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName", "getSecretKey"} {
		delete(functions, name)
	}
	pkcs12.Modern = pkcs12.Modern.WithRand(goldens.Random)
	goldens.Main("external", "error", functions)
}
