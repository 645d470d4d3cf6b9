package main

import (
	"fmt"
	"math/rand"
	"strings"
)

// emitCases are values to print: strings of every shape in every place, structure, key order,
// numbers, and objects as they are in clusters.
func emitCases() []any {
	var cases []any
	for _, text := range emitStrings() {
		cases = append(cases, map[string]any{"k": text})
	}
	// Keys, list items and deeper places have rules of their own.
	for _, text := range emitStrings() {
		cases = append(cases, map[string]any{text: "v"})
	}
	for _, text := range placedStrings() {
		cases = append(cases,
			text,
			[]any{text},
			[]any{[]any{text}},
			[]any{map[string]any{"k": text}},
			map[string]any{"a": map[string]any{"b": map[string]any{"c": text}}},
			map[string]any{"a": []any{text, text}},
			map[string]any{text: map[string]any{"b": text}},
			map[string]any{text: []any{text}},
			map[string]any{text: text, text + "2": text},
		)
	}
	cases = append(cases, structures()...)
	cases = append(cases, keyOrders()...)
	cases = append(cases, numbers()...)
	cases = append(cases, objects()...)
	return cases
}

func placedStrings() []string {
	return []string{
		"", "a", "a b", "true", "- a", "'a", " a", "a ", "a\nb", "a\nb\n", "a\n\n", "\na", "\n", " a\nb", "a \nb", "a\n b", "a\tb",
		"a: b", "#a", "a #b", strings.Repeat("x", 127), strings.Repeat("x", 128), strings.Repeat("x", 129),
		strings.Repeat("x", 300), strings.TrimSpace(strings.Repeat("word ", 40)), strings.Repeat("word ", 40),
		strings.TrimSpace(strings.Repeat("it's ", 40)) + ":", "\"" + strings.TrimSpace(strings.Repeat("word ", 40)) + "\t\"",
		strings.TrimSpace(strings.Repeat("two  spaces ", 20)), strings.Repeat("word ", 20) + "\n" + strings.Repeat("word ", 20) + "x",
		"é", "日本", "😀", "\x01", "<<", "=", "~", "[]", "{}",
	}
}

func emitStrings() []string {
	cases := []string{
		"", "~", "null", "Null", "NULL", "true", "True", "tRUE", "yes", "y", "Y", "no", "n", "on", "off", "123", "1e3", "0x1", "012",
		"0o17", "1_000", "1.0", ".5", ".inf", "-.inf", ".nan", "NaN", "+1", "-1", "1:30", "1:60", "190:20:30", "2020-01-01", "2020-13-01",
		"2020-01-01T10:00:00Z", "2020-01-01 10:00:00", "2020-01-01T10:00:00.5+01:00", "2020-01-01T10:00:00+25:00", "2020-1-1", "08", "0b1",
		"0b-1", "1e400", "1__0", "_1", "=", "<<", "a,b", "it's \"q\"", "---", "...", "--- a", "---a", "....", "--", "-", "- ", "-a", "- a",
		"?", "? a", "?a", ":", ": a", ":a", "a:", "a: b", "a:b", "a :b", "#", "#a", "a#b", "a #b", "a# b", "a\t#b", "&a", "*a", "!a", "|",
		"|a", ">", ">a", "@a", "`a", "%a", "{a", "}a", "[a", "]a", ",a", "'a", "\"a", "a'", "a\"", "a{b", "a]b", "a, b", "\\", "a\\b",
		" ", "  ", " a", "a ", " a ", "a b", "a  b", "\t", "\ta", "a\t", "a\tb", "\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "\na", "\n a",
		"a\nb", "a\nb\n", "a\nb\n\n", "a\n\nb", " a\nb", "a\n b", "a\n  b\n", "a \nb", "a\nb ", "a\n ", "a\n\t", "a\tb\nc", "a\r\nb", "a\rb",
		"#a\nb", "- a\n- b", "a: b\nc: d\n", "{\"a\": 1}\n", "'a\nb", "---\na", "...\na", "%a\nb", "\u00e9", "a\u00e9b", "\u65e5\u672c", "\u00a0",
		"\U0001f600", "a\U0001f600b\nc", "\ufeff", "a\ufeffb", "\ufffd", "\u200b", "\u0000", "\u0007", "\u001b[0m", "\u00ad", "\ue000",
		"<a>&b</a>", "http://x:80/y?z=1#f", "user@host", "-----BEGIN X-----\nabc\n-----END X-----\n", "{{ .Values.x }}", "$(x)", "C:\\x",
		"key=value", "a;b", "*", "!", "&", "@", "`", "%", "{", "}", "[", "]", "{}", "[]", "(", ")", "^", "$", "/", "//", "!!str", "a!b",
	}
	for c := rune(1); c < 0x7f; c++ {
		cases = append(cases, string(c), "a"+string(c)+"b", string(c)+" b", "a "+string(c))
	}
	specials := []string{"-", "?", ":", ",", "[", "{", "#", "&", "!", "|", "'", "\"", "%", " ", "\t", "\n", "0", "a"}
	for _, a := range specials {
		for _, b := range specials {
			cases = append(cases, a+b, a+b+"x", "x"+a+b)
		}
	}
	// Folding: words that end before, at and after the width, plain and in both quotes.
	for length := 74; length <= 86; length++ {
		for _, edge := range []string{"", "'", "\t", "- "} {
			head := edge + strings.Repeat("x", length)
			cases = append(cases, head+" y z", head+"  y z", head+"   y", head+" \"y\" z", head+" y ")
		}
	}
	random := rand.New(rand.NewSource(1))
	alphabet := []string{"a", "word", "longer-word", " ", " ", " ", "  ", ":", ": ", "#", " #", "'", "\"", "\\", "\n", "\n\n", "\n ", "\t", ",", "-", "é", "日"}
	for range 600 {
		var text strings.Builder
		for range random.Intn(60) {
			text.WriteString(alphabet[random.Intn(len(alphabet))])
		}
		cases = append(cases, text.String())
	}
	return unique(cases)
}

func structures() []any {
	object := func(pairs ...any) map[string]any {
		result := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			result[pairs[i].(string)] = pairs[i+1]
		}
		return result
	}
	list := func(items ...any) []any { return append([]any{}, items...) }
	return []any{
		nil, true, false, object(), list(), object("a", nil), object("a", object()), object("a", list()), list(nil), list(object()), list(list()),
		list(object("a", 1, "b", 2), object("a", 3)), list(list(1, 2), list(3)), list(list(list(1))), list(list(object("a", list(1)))),
		object("a", list(1, 2), "b", 3), object("a", list(object("b", 1, "c", list(2)))), object("a", list(list(1, 2))),
		object("a", object("b", list(object("c", object("d", "e"))))), list(object("a", object("b", 1))), list(object(), list(), "x", nil, true),
		object("a", list(object()), "b", object("c", object())), list(list(), object("a", list())), object(strings.Repeat("k", 200), object("a", 1)),
		object(strings.Repeat("k", 200), list(1, 2)), object(strings.Repeat("k", 200), list(list(1)), "b", nil),
		object("a\nb", list(1), "c", object("d\ne", "f\ng")), list(object(strings.Repeat("k", 200), 1)), list("a\nb", "c\n", list("d\ne")),
		object("a", "x\n", "b", "y\n\n", "c", "z"), object("a", list("x\n", "y\n\n"), "c", "z"),
	}
}

func keyOrders() []any {
	sets := [][]string{
		{"key1", "key2", "key10", "key01", "key001", "key"}, {"a", "B", "c", "D", "A", "b"}, {"a-b", "a_b", "a.b", "a b", "ab", "a1", "a", "aB"},
		{"1", "2", "10", "01", "001", "0", "00"}, {"a0", "a00", "a1", "a01", "a10", "a100", "a1b", "a1a", "a10b"}, {"v1", "v1alpha1", "v1beta1", "v2", "v10"},
		{"tls.crt", "tls.key", "ca.crt", "TLS.crt"}, {"é", "e", "f", "z", "日", "ä"}, {"-", "_", ".", "a", "0", "~"}, {"1.2", "1.10", "1.02", "1.1"},
		{"x-9", "x-10", "x-09", "x_9", "x9"}, {"2020-01-02", "2020-01-10", "2020-1-2"}, {"a1b2", "a1b10", "a01b2", "a10b1"},
		{"99999999999999999999", "99999999999999999998", "9223372036854775808", "1"}, {"100", "1000", "200", "20", "3"}, {"10a", "1a", "1", "10", "2a"},
		{"apiVersion", "kind", "metadata", "spec", "status", "data", "stringData", "type", "immutable"}, {"a00b", "a0b", "a000b"}, {"100a", "10a", "101a", "110a"},
	}
	random := rand.New(rand.NewSource(2))
	parts := []string{"a", "b", "Z", "0", "1", "2", "10", "007", "-", "_", ".", "/", "key"}
	for range 150 {
		var keys []string
		for range 2 + random.Intn(12) {
			var key strings.Builder
			for range 1 + random.Intn(5) {
				key.WriteString(parts[random.Intn(len(parts))])
			}
			keys = append(keys, key.String())
		}
		sets = append(sets, keys)
	}
	var cases []any
	for _, keys := range sets {
		one := map[string]any{}
		for _, key := range keys {
			one[key] = nil
		}
		cases = append(cases, one)
	}
	return cases
}

func numbers() []any {
	return []any{
		0, 1, -1, 9223372036854775807, -9223372036854775808, uint64(18446744073709551615), 1.5, 0.1, 1e3, 1e6, 1e20, 1e21, 1e22, 1e-5, 1e-6, 1e-7, 1.5e300,
		-0.5, 123456789.125, 1234567.5, 100000.5, 1000000.5, 0.0001, 0.00001234, 3.4028235e38, 5e-324, 1.7976931348623157e308, 4294967296.5,
		map[string]any{"a": 1, "b": 2.5, "c": []any{1e21, -7}},
	}
}

// objects have the shape of what the tools really print.
func objects() []any {
	random := rand.New(rand.NewSource(3))
	ciphertext := func(size int) string {
		const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		var text strings.Builder
		text.WriteString("Ag")
		for range size {
			text.WriteByte(digits[random.Intn(len(digits))])
		}
		return text.String() + "=="
	}
	var cases []any
	for count := range 6 {
		encrypted, labels, annotations, template := map[string]any{}, map[string]any{}, map[string]any{}, map[string]any{}
		for i := range count {
			encrypted[fmt.Sprintf("key-%d.txt", i)] = ciphertext(300 + 7*i)
			labels[fmt.Sprintf("app.kubernetes.io/part-%d", i)] = []string{"true", "web", "1.2", "v1"}[i%4]
			annotations[fmt.Sprintf("example.com/note-%d", i)] = strings.TrimSpace(strings.Repeat("some longer text, with: punctuation ", i+1))
			template[fmt.Sprintf("config-%d.yaml", i)] = strings.Repeat("user: {{ .user }}\n  pass: \"{{ .pass }}\"\n", i) + "end"
		}
		metadata := map[string]any{"name": "db", "namespace": "prod", "annotations": map[string]any{"sealedsecrets.bitnami.com/cluster-wide": "true"}}
		cases = append(cases, map[string]any{
			"kind": "SealedSecret", "apiVersion": "bitnami.com/v1alpha1", "metadata": metadata,
			"spec": map[string]any{
				"encryptedData": encrypted,
				"template": map[string]any{
					"metadata": map[string]any{"name": "db", "namespace": "prod", "labels": labels, "annotations": annotations},
					"type":     "Opaque", "data": template, "immutable": count%2 == 0,
				},
			},
		}, map[string]any{
			"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "data": encrypted,
			"metadata": map[string]any{
				"name": "db", "creationTimestamp": nil,
				"ownerReferences": []any{map[string]any{"apiVersion": "bitnami.com/v1alpha1", "controller": true, "kind": "SealedSecret", "name": "db", "uid": ""}},
			},
		})
	}
	return cases
}
