#!/usr/bin/env bash
# Makes keys/ and vectors/ anew, with the programs that the README names. All randomness is fresh, so every file
# changes; the tests must not notice.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf keys vectors && mkdir keys vectors

data_key=6666666666666666666666666666666666666666666666666666666666666666
share=${data_key}01
passphrase='correct horse'
export AGE_PASSPHRASE=$passphrase AGE_PASSPHRASE_WORK_FACTOR=10

# Keys ------------------------------------------------------------------------------------------------------------

for name in x25519 x25519-other; do age-keygen -o keys/$name.txt 2>/dev/null; done
for name in hybrid hybrid-other; do age-keygen -pq -o keys/$name.txt 2>/dev/null; done
{ cat keys/x25519-other.txt; echo; cat keys/hybrid.txt; echo; grep ^AGE keys/x25519.txt; } > keys/several.txt
printf ' %s\t%s ' "$(grep ^AGE keys/hybrid.txt)" "$(grep ^AGE keys/x25519.txt)" > keys/words.txt
age -j batchpass -e -a -o keys/locked-armoured.txt keys/x25519.txt
age -j batchpass -e -o keys/locked-binary.txt keys/several.txt

ssh() { ssh-keygen -q -C "$1" -f "keys/$1" -t "${@:2}"; }
ssh ssh-ed25519 ed25519 -N ''
ssh ssh-ed25519-other ed25519 -N ''
ssh ssh-ed25519-locked ed25519 -N "$passphrase" -a 4
ssh ssh-ed25519-locked-cbc ed25519 -N "$passphrase" -a 4 -Z aes256-cbc
ssh ssh-ed25519-locked-gcm ed25519 -N "$passphrase" -a 4 -Z aes256-gcm@openssh.com
ssh ssh-rsa rsa -b 2048 -N ''
ssh ssh-rsa-other rsa -b 2048 -N ''
ssh ssh-rsa-4096 rsa -b 4096 -N ''
ssh ssh-rsa-locked rsa -b 3072 -N "$passphrase" -a 4
ssh ssh-ecdsa ecdsa -N ''
ssh ssh-rsa-1024 rsa -b 1024 -N ''
convert() { openssl "$1" -in "keys/$2" -out "keys/$3" "${@:4}" 2>/dev/null; cp keys/ssh-rsa.pub "keys/$3.pub"; }
cp keys/ssh-rsa keys/pkcs1 && ssh-keygen -q -p -m PEM -N '' -f keys/pkcs1 >/dev/null && cp keys/ssh-rsa.pub keys/pkcs1.pub
convert pkcs8 pkcs1 pkcs8 -topk8 -nocrypt
convert pkcs8 pkcs1 pkcs8-locked -topk8 -passout "pass:$passphrase"
for cipher in aes128 aes192 aes256 des3; do
    convert rsa pkcs1 pkcs1-locked-$cipher -traditional -$cipher -passout "pass:$passphrase"
done
openssl genpkey -algorithm ed25519 -out keys/pkcs8-ed25519

# Vectors ---------------------------------------------------------------------------------------------------------

recipient() { case $1 in *.txt) age-keygen -y keys/"$1" ;; *) cut -d' ' -f1,2 keys/"$1".pub ;; esac; }
wrapped() { xxd -r -p <<<"$1" | age -e -a "${@:2}"; }
for_key() { wrapped "$1" -r "$(recipient "$2")"; }

# vector NAME 'FIELD: ...' ... < what is wrapped
vector() { { printf '%s\n' "${@:2}"; echo; cat; } > "vectors/$1.txt"; }
opens=("plaintext: $data_key")
ask=("passphrase: $passphrase")

for_key $data_key x25519.txt > x; for_key $data_key hybrid.txt > h
for_key $data_key ssh-ed25519 > e; for_key $data_key ssh-rsa > r

vector x25519 "${opens[@]}" 'key: x25519.txt' < x
vector x25519-of-several "${opens[@]}" 'key: several.txt' < x
vector x25519-of-words "${opens[@]}" 'key: words.txt' 'layout: words' < x
vector x25519-share "plaintext: $share" 'key: x25519.txt' < <(for_key $share x25519.txt)
vector x25519-of-locked-armoured "${opens[@]}" "${ask[@]}" 'key: locked-armoured.txt' < x
vector x25519-of-locked-binary "${opens[@]}" "${ask[@]}" 'key: locked-binary.txt' < x
vector x25519-crlf "${opens[@]}" 'key: x25519.txt' < <(sed 's/$/\r/' x)
vector x25519-no-last-newline "${opens[@]}" 'key: x25519.txt' < <(printf %s "$(cat x)")
vector x25519-space-around "${opens[@]}" 'key: x25519.txt' < <(printf '\n \t\r\n'; cat x; printf ' \n\n\t')
vector hybrid "${opens[@]}" 'key: hybrid.txt' < h
vector hybrid-of-several "${opens[@]}" 'key: several.txt' < h
vector hybrid-of-words "${opens[@]}" 'key: words.txt' 'layout: words' < h
vector hybrid-of-locked-binary "${opens[@]}" "${ask[@]}" 'key: locked-binary.txt' < h
vector ssh-ed25519 "${opens[@]}" 'ssh: ssh-ed25519' < e
vector ssh-ed25519-share "plaintext: $share" 'ssh: ssh-ed25519' < <(for_key $share ssh-ed25519)
vector ssh-ed25519-among-others "${opens[@]}" 'key: x25519.txt' 'ssh: ssh-rsa' 'ssh: ssh-ed25519' < e
vector ssh-rsa "${opens[@]}" 'ssh: ssh-rsa' < r
vector ssh-rsa-4096 "${opens[@]}" 'ssh: ssh-rsa-4096' < <(for_key $data_key ssh-rsa-4096)
vector ssh-rsa-of-pkcs1 "${opens[@]}" 'ssh: pkcs1' < r
vector ssh-rsa-of-pkcs8 "${opens[@]}" 'ssh: pkcs8' < r
for key in ssh-ed25519-locked ssh-ed25519-locked-cbc ssh-rsa-locked pkcs1-locked-aes128 pkcs1-locked-aes192 pkcs1-locked-aes256; do
    for_key $data_key $key > l
    vector "of-$key" "${opens[@]}" "${ask[@]}" "ssh: $key" < l
    vector "of-$key-wrong-passphrase" 'refused: passphrase' 'passphrase: wrong' "ssh: $key" < l
    vector "of-$key-no-passphrase" 'refused: question' "ssh: $key" < l
    vector "of-$key-not-asked" 'refused: no match' "ssh: $key" < x
done
two=(-r "$(recipient x25519.txt)" -r "$(recipient ssh-ed25519)")
wrapped $data_key "${two[@]}" > t
vector two-recipients-first "${opens[@]}" 'key: x25519.txt' < t
vector two-recipients-second "${opens[@]}" 'ssh: ssh-ed25519' < t
vector two-recipients-neither 'refused: no match' 'key: x25519-other.txt' 'ssh: ssh-rsa' < t

vector x25519-other-key 'refused: no match' 'key: x25519-other.txt' < x
vector x25519-hybrid-key 'refused: no match' 'key: hybrid.txt' < x
vector x25519-ssh-key 'refused: no match' 'ssh: ssh-ed25519' 'ssh: ssh-rsa' < x
vector x25519-no-key 'refused: no identities' < x
vector hybrid-other-key 'refused: no match' 'key: hybrid-other.txt' < h
vector hybrid-x25519-key 'refused: no match' 'key: x25519.txt' < h
vector ssh-ed25519-other-key 'refused: no match' 'ssh: ssh-ed25519-other' < e
vector ssh-ed25519-rsa-key 'refused: no match' 'ssh: ssh-rsa' < e
vector ssh-rsa-other-key 'refused: no match' 'ssh: ssh-rsa-other' < r
vector ssh-rsa-ed25519-key 'refused: no match' 'ssh: ssh-ed25519' < r
vector locked-wrong-passphrase 'refused: passphrase' 'passphrase: wrong' 'key: locked-armoured.txt' < x
vector locked-no-passphrase 'refused: question' 'key: locked-armoured.txt' < x
vector locked-other-key 'refused: no match' "${ask[@]}" 'key: locked-armoured.txt' < h
vector passphrase-data-key 'refused: no match' "${ask[@]}" 'key: x25519.txt' < <(xxd -r -p <<<$data_key | age -j batchpass -e -a)

# Bytes changed inside the armour: damage NAME OFFSET-IN-BINARY HEX; the base64 stays base64.
body() { sed '/^-----/d' "$1" | base64 -d; }
armour() { echo '-----BEGIN AGE ENCRYPTED FILE-----'; base64 -w64; echo '-----END AGE ENCRYPTED FILE-----'; }
replaced() { body "$1" > b; printf "\\x$3" | dd of=b bs=1 seek="$2" conv=notrunc status=none; armour < b; }
size=$(body x | wc -c)
vector damaged-version 'refused: header' 'key: x25519.txt' < <(replaced x 20 32)
vector damaged-stanza-tag 'refused: no match' 'key: x25519.txt' < <(replaced x 25 59)
vector damaged-share 'refused: no match' 'key: x25519.txt' < <(replaced x 40 2b)
vector damaged-wrapped-key 'refused: no match' 'key: x25519.txt' < <(replaced x 80 2b)
vector damaged-mac 'refused: mac' 'key: x25519.txt' < <(replaced x 135 2b)
vector damaged-footer 'refused: header' 'key: x25519.txt' < <(replaced x 121 2b)
vector damaged-nonce 'refused: payload' 'key: x25519.txt' < <(replaced x $((size - 60)) 00)
vector damaged-payload 'refused: payload' 'key: x25519.txt' < <(replaced x $((size - 20)) 00)
vector damaged-tag 'refused: payload' 'key: x25519.txt' < <(replaced x $((size - 1)) 00)
vector cut-payload 'refused: payload' 'key: x25519.txt' < <(body x | head -c -1 | armour)
vector cut-to-nonce 'refused: payload' 'key: x25519.txt' < <(body x | head -c -48 | armour)
vector cut-header 'refused: header' 'key: x25519.txt' < <(body x | head -c 100 | armour)
vector longer-payload 'refused: payload' 'key: x25519.txt' < <({ body x; printf x; } | armour)
vector damaged-hybrid 'refused: no match' 'key: hybrid.txt' < <(replaced h 60 2b)
vector damaged-ssh-ed25519 'refused: no match' 'ssh: ssh-ed25519' < <(replaced e 60 2b)
vector damaged-ssh-rsa 'refused: no match' 'ssh: ssh-rsa' < <(replaced r 60 2b)
vector x25519-wrapped-for-ssh 'refused: header' 'key: x25519.txt' < <(body e | sed 's/-> ssh-ed25519/-> X25519/' | armour)

vector armor-of-pgp 'refused: armor' 'key: x25519.txt' < <(sed 's/AGE ENCRYPTED FILE/PGP MESSAGE/' x)
vector armor-cut 'refused: armor' 'key: x25519.txt' < <(head -n -1 x)
vector armor-empty 'refused: header' 'key: x25519.txt' < <(sed -n '1p;$p' x)
vector armor-headers 'refused: armor' 'key: x25519.txt' < <(sed '1a Version: 1\n' x)
vector armor-trailing 'refused: armor' 'key: x25519.txt' < <(cat x; echo more)
vector armor-twice 'refused: armor' 'key: x25519.txt' < <(cat x x)
vector armor-indented 'refused: armor' 'key: x25519.txt' < <(sed 's/^/  /' x)
vector armor-long-lines 'refused: armor' 'key: x25519.txt' < <(echo '-----BEGIN AGE ENCRYPTED FILE-----'; body x | base64 -w76; echo '-----END AGE ENCRYPTED FILE-----')
vector armor-none 'refused: armor' 'key: x25519.txt' < <(body x | base64 -w64)
vector armor-nothing 'refused: armor' 'key: x25519.txt' < /dev/null

# sops writes what age writes; that it does is what these are for.
sops_enc() { echo '{"a":"b"}' | HOME=/nonexistent sops encrypt --age "$1" --input-type json --output-type json /dev/stdin | python3 -c 'import json,sys; print(json.load(sys.stdin)["sops"]["age"][0]["enc"], end="")'; }
vector x25519-sops 'plaintext: 32 bytes' 'key: x25519.txt' < <(sops_enc "$(recipient x25519.txt)")
vector hybrid-sops 'plaintext: 32 bytes' 'key: hybrid.txt' < <(sops_enc "$(recipient hybrid.txt)")
vector ssh-ed25519-sops 'plaintext: 32 bytes' 'ssh: ssh-ed25519' < <(sops_enc "$(recipient ssh-ed25519)")
vector ssh-rsa-sops 'plaintext: 32 bytes' 'ssh: ssh-rsa' < <(sops_enc "$(recipient ssh-rsa)")
rm -f x h e r l t b
