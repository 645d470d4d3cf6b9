// Encrypts standard input to the public key in the file that is named, as SOPS did before it had another OpenPGP
// library: the first part of the body is a single byte, which the standard forbids.
package main

import (
	"io"
	"os"

	"golang.org/x/crypto/openpgp"
	"golang.org/x/crypto/openpgp/armor"
)

func main() {
	file, err := os.Open(os.Args[1])
	check(err)
	ring, err := openpgp.ReadArmoredKeyRing(file)
	check(err)
	text, err := armor.Encode(os.Stdout, "PGP MESSAGE", map[string]string{})
	check(err)
	message, err := openpgp.Encrypt(text, ring, nil, &openpgp.FileHints{IsBinary: true}, nil)
	check(err)
	_, err = io.Copy(message, os.Stdin)
	check(err)
	check(message.Close())
	check(text.Close())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
