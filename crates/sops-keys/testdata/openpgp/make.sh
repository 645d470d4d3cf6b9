#!/usr/bin/env bash
# Makes keys/ and vectors/ anew, with the programs that the README names. All randomness is fresh, so every file
# changes, and so do fingerprints: the tests find them by the names of the files.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf keys vectors && mkdir keys vectors

gpg24=${GPG24:?the gpg of GnuPG 2.4}
data_key=6666666666666666666666666666666666666666666666666666666666666666
share=${data_key}01
passphrase='correct horse'
export GNUPGHOME; GNUPGHOME=$(mktemp -d); trap 'gpgconf --kill gpg-agent; rm -rf "$GNUPGHOME"' EXIT
echo allow-preset-passphrase > "$GNUPGHOME/gpg-agent.conf"
gpg=(gpg --batch --quiet --no-tty --yes --trust-model always --pinentry-mode loopback --s2k-count 65536)

# Keys ------------------------------------------------------------------------------------------------------------

generate() { "${gpg[@]}" --passphrase "${3-}" --quick-generate-key "$1" "$2" cert,sign never 2>/dev/null; }
# The fingerprint of the N-th key of a certificate; 1 is the primary.
fpr() { gpg --with-colons --list-keys "=$1" 2>/dev/null | awk -F: '$1=="fpr"{print $10}' | sed -n "${2:-1}p"; }
add() { "${gpg[@]}" --passphrase "${3-}" "${@:4}" --quick-add-key "$(fpr "$1")" "$2" encr "${expires:-never}"; }
export_key() {
    "${gpg[@]}" --armor --export "=$1" > "keys/$1.pub.asc"
    "${gpg[@]}" --passphrase "${2-}" --armor --export-secret-keys "=$1" > "keys/$1.sec.asc"
    for n in 1 2 3 4 5; do fpr "$1" $n; done > "keys/$1.fpr"
}

for kind in rsa1024 rsa2048 rsa3072; do generate $kind $kind; add $kind $kind; export_key $kind; done
generate cv25519 ed25519; add cv25519 cv25519; export_key cv25519
generate cv25519-other ed25519; add cv25519-other cv25519; export_key cv25519-other
generate nistp384 nistp384; add nistp384 nistp384; export_key nistp384
generate rsa-locked rsa2048 "$passphrase"; add rsa-locked rsa2048 "$passphrase"; export_key rsa-locked "$passphrase"
generate cv25519-locked ed25519 "$passphrase"; add cv25519-locked cv25519 "$passphrase"; export_key cv25519-locked "$passphrase"
generate sign-only ed25519; export_key sign-only

# Subkeys 2 to 5: valid and old, valid, revoked, expired. Only the third line of several.fpr is to be chosen.
generate several ed25519
add several cv25519 ''; sleep 2; add several cv25519 ''; sleep 2; add several cv25519 ''; sleep 2
expires=seconds=1 add several cv25519 ''; sleep 2
printf 'key 3\nrevkey\ny\n0\n\ny\nsave\n' | gpg --quiet --no-tty --pinentry-mode loopback --passphrase '' --command-fd 0 --status-fd 2 --edit-key =several 2>/dev/null
export_key several

generate revoked ed25519; add revoked cv25519
sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$(fpr revoked).rev" | gpg --batch --quiet --import
export_key revoked
"${gpg[@]}" --passphrase '' --quick-generate-key expired ed25519 cert,sign seconds=1 2>/dev/null
expires=seconds=1 add expired cv25519; sleep 2; export_key expired
# Prolonged after it was expired.
"${gpg[@]}" --passphrase '' --quick-generate-key prolonged ed25519 cert,sign seconds=1 2>/dev/null
expires=seconds=1 add prolonged cv25519; sleep 2
"${gpg[@]}" --passphrase '' --quick-set-expire "$(fpr prolonged)" 0
"${gpg[@]}" --passphrase '' --quick-set-expire "$(fpr prolonged)" 0 "$(fpr prolonged 2)"
export_key prolonged
"${gpg[@]}" --passphrase '' --quick-generate-key primary-encrypts rsa2048 cert,sign,encr never 2>/dev/null
export_key primary-encrypts
# What is on a card, or was left out.
"${gpg[@]}" --armor --passphrase '' --export-secret-subkeys =cv25519 > keys/primary-elsewhere.sec.asc
cat keys/rsa2048.pub.asc keys/cv25519-other.pub.asc keys/cv25519.pub.asc > keys/three.pub.asc
cat keys/rsa2048.sec.asc keys/cv25519-other.sec.asc keys/cv25519.sec.asc > keys/three.sec.asc
"${gpg[@]}" --passphrase '' --export-secret-keys =rsa2048 =cv25519 > keys/two.sec.gpg
"${gpg[@]}" --export =rsa2048 =cv25519 > keys/two.pub.gpg

# Vectors ---------------------------------------------------------------------------------------------------------

wrapped() { xxd -r -p <<<"$1" | "${gpg[@]}" --encrypt --armor --no-encrypt-to "${@:2}"; }
for_key() { wrapped "$1" --recipient "=$2"; }
# vector NAME 'FIELD: ...' ... < what is wrapped
vector() {
    { printf '%s\n' "${@:2}"; echo; cat; } > "vectors/$1.txt"
    # A program that failed wrote nothing, and nobody saw it.
    [[ $1 == nothing || -n $(sed '1,/^$/d' "vectors/$1.txt") ]] || { echo "$1 is empty" >&2; exit 1; }
}
opens=("plaintext: $data_key")
ask=("passphrase: $passphrase")

for kind in rsa2048 rsa3072 cv25519 nistp384 rsa-locked cv25519-locked; do for_key $data_key $kind > "$GNUPGHOME/$kind"; done
m=$GNUPGHOME

for kind in rsa2048 rsa3072 cv25519 nistp384; do vector $kind "${opens[@]}" "keys: $kind.sec.asc" < "$m/$kind"; done
for kind in rsa-locked cv25519-locked; do
    vector $kind "${opens[@]}" "${ask[@]}" "keys: $kind.sec.asc" < "$m/$kind"
    vector $kind-wrong-passphrase 'refused: passphrase' 'passphrase: wrong' "keys: $kind.sec.asc" < "$m/$kind"
    vector $kind-no-passphrase 'refused: question' "keys: $kind.sec.asc" < "$m/$kind"
    vector $kind-not-asked 'refused: no key' "keys: $kind.sec.asc" < "$m/nistp384"
done
vector rsa2048-share "plaintext: $share" 'keys: rsa2048.sec.asc' < <(for_key $share rsa2048)
vector cv25519-share "plaintext: $share" 'keys: cv25519.sec.asc' < <(for_key $share cv25519)
vector of-three-armoured "${opens[@]}" 'keys: three.sec.asc' < "$m/cv25519"
vector of-two-binary-rsa "${opens[@]}" 'keys: two.sec.gpg' < "$m/rsa2048"
vector of-two-binary "${opens[@]}" 'keys: two.sec.gpg' < "$m/cv25519"
vector of-two-keyrings "${opens[@]}" 'keys: nistp384.sec.asc' 'keys: cv25519.sec.asc' < "$m/cv25519"
vector primary-elsewhere "${opens[@]}" 'keys: primary-elsewhere.sec.asc' < "$m/cv25519"
vector exact-subkey "${opens[@]}" 'keys: several.sec.asc' < <(wrapped $data_key -r "$(fpr several 2)!")
vector anonymous-rsa "${opens[@]}" 'keys: three.sec.asc' < <(wrapped $data_key --throw-keyids -r =rsa2048)
vector anonymous-cv25519 "${opens[@]}" 'keys: three.sec.asc' < <(wrapped $data_key --throw-keyids -r =cv25519)
vector two-recipients "${opens[@]}" 'keys: cv25519.sec.asc' < <(wrapped $data_key -r =rsa3072 -r =cv25519)
vector uncompressed "${opens[@]}" 'keys: cv25519.sec.asc' < <(wrapped $data_key -z 0 -r =cv25519)
vector zlib "${opens[@]}" 'keys: cv25519.sec.asc' < <(wrapped $data_key --compress-algo zlib -r =cv25519)
vector aes128 "${opens[@]}" 'keys: rsa2048.sec.asc' < <(wrapped $data_key --cipher-algo AES128 -r =rsa2048)
vector cast5 "${opens[@]}" 'keys: rsa2048.sec.asc' < <(wrapped $data_key --cipher-algo CAST5 -r =rsa2048)
vector signed "${opens[@]}" 'keys: cv25519.sec.asc' < <(wrapped $data_key --sign -u =cv25519 -r =cv25519)
vector crlf "${opens[@]}" 'keys: cv25519.sec.asc' < <(sed 's/$/\r/' "$m/cv25519")
vector no-last-newline "${opens[@]}" 'keys: cv25519.sec.asc' < <(printf %s "$(cat "$m/cv25519")")
vector space-around "${opens[@]}" 'keys: cv25519.sec.asc' < <(printf '\n \n'; cat "$m/cv25519"; printf '\n  \n')
vector header-lines "${opens[@]}" 'keys: cv25519.sec.asc' < <(sed '1a Version: GnuPG v2\nComment: here' "$m/cv25519")
vector no-checksum "${opens[@]}" 'keys: cv25519.sec.asc' < <(sed '/^=....$/d' "$m/cv25519")
for kind in rsa2048 cv25519 nistp384; do
    "$gpg24" --homedir "$m" --batch --quiet --no-tty --no-autostart --trust-model always -e -a -r "=$kind" < <(xxd -r -p <<<$data_key) > "$m/24"
    vector gnupg24-$kind "${opens[@]}" "keys: $kind.sec.asc" < "$m/24"
    "$gpg24" --homedir "$m" --batch --quiet --no-tty --no-autostart --trust-model always --force-ocb -e -a -r "=$kind" < <(xxd -r -p <<<$data_key) > "$m/24"
    vector gnupg24-ocb-$kind "${opens[@]}" "keys: $kind.sec.asc" < "$m/24"
done
(cd old-go && go build -o "$m/old-go" .)
vector old-go "${opens[@]}" 'keys: rsa2048.sec.asc' < <(xxd -r -p <<<$data_key | "$m/old-go" keys/rsa2048.pub.asc)
sops_enc() { printf '{"a":"b"}' | sops encrypt --pgp "$(fpr "$1")" --input-type json --output-type json /dev/stdin | python3 -c 'import json,sys; print(json.load(sys.stdin)["sops"]["pgp"][0]["enc"], end="")'; }
vector sops-rsa2048 'plaintext: 32 bytes' 'keys: rsa2048.sec.asc' < <(sops_enc rsa2048)
vector sops-cv25519 'plaintext: 32 bytes' 'keys: cv25519.sec.asc' < <(sops_enc cv25519)

vector rsa2048-other-key 'refused: no key' 'keys: rsa3072.sec.asc' < "$m/rsa2048"
vector rsa1024 'refused: size' 'keys: rsa1024.sec.asc' < <(for_key $data_key rsa1024)
vector cv25519-other-key 'refused: no key' 'keys: cv25519-other.sec.asc' < "$m/cv25519"
vector anonymous-other-key 'refused: damaged' 'keys: cv25519-other.sec.asc' 'keys: rsa3072.sec.asc' < <(wrapped $data_key --throw-keyids -r =cv25519 -r =rsa2048)
vector primary-only 'refused: no key' 'keys: sign-only.sec.asc' < "$m/cv25519"
vector passphrase-only 'refused: not encrypted' "${ask[@]}" 'keys: cv25519.sec.asc' < <(xxd -r -p <<<$data_key | "${gpg[@]}" --passphrase "$passphrase" -c -a)
vector signed-only 'refused: not encrypted' 'keys: cv25519.sec.asc' < <(xxd -r -p <<<$data_key | "${gpg[@]}" --passphrase '' -u =cv25519 -s -a)
vector empty 'refused: empty' 'keys: cv25519.sec.asc' < <(for_key '' cv25519)
vector no-mdc 'refused: damaged' 'keys: rsa2048.sec.asc' < <(wrapped $data_key --rfc2440 --disable-mdc -r =rsa2048 2>/dev/null)
vector long 'refused: damaged' 'keys: cv25519.sec.asc' < <(head -c 3000000 /dev/zero | "${gpg[@]}" -e -a -r =cv25519)

# Bytes changed inside the armour.
body() { "${gpg[@]}" --dearmor < "$1"; }
armour() { "${gpg[@]}" --enarmor | sed 's/PGP ARMORED FILE/PGP MESSAGE/;/^Comment/d'; }
replaced() { body "$1" > "$m/b"; printf "\\x$3" | dd of="$m/b" bs=1 seek="$2" conv=notrunc status=none; armour < "$m/b"; }
size=$(body "$m/cv25519" | wc -c)
vector damaged-key-id 'refused: no key' 'keys: cv25519.sec.asc' < <(replaced "$m/cv25519" 5 00)
vector damaged-point 'refused: damaged' 'keys: cv25519.sec.asc' < <(replaced "$m/cv25519" 20 00)
vector damaged-session-key 'refused: damaged' 'keys: cv25519.sec.asc' < <(replaced "$m/cv25519" 60 00)
vector damaged-rsa 'refused: damaged' 'keys: rsa2048.sec.asc' < <(replaced "$m/rsa2048" 100 00)
vector damaged-data 'refused: damaged' 'keys: cv25519.sec.asc' < <(replaced "$m/cv25519" $((size - 40)) 00)
vector damaged-mdc 'refused: damaged' 'keys: cv25519.sec.asc' < <(replaced "$m/cv25519" $((size - 1)) 00)
replaced "$m/24" $(($(body "$m/24" | wc -c) - 1)) 00 > "$m/o"
vector damaged-ocb-tag 'refused: damaged' 'keys: nistp384.sec.asc' < "$m/o"
vector cut 'refused: damaged' 'keys: cv25519.sec.asc' < <(body "$m/cv25519" | head -c -10 | armour)
vector cut-to-session-key 'refused: message' 'keys: cv25519.sec.asc' < <(body "$m/cv25519" | head -c 50 | armour)
vector armour-cut 'refused: message' 'keys: cv25519.sec.asc' < <(head -n 1 "$m/cv25519")
vector armour-of-age 'refused: message' 'keys: cv25519.sec.asc' < <(sed 's/PGP MESSAGE/AGE ENCRYPTED FILE/' "$m/cv25519")
vector armour-none 'refused: message' 'keys: cv25519.sec.asc' < <(sed '/^-/d' "$m/cv25519")
vector armour-of-key 'refused: message' 'keys: cv25519.sec.asc' < keys/cv25519.pub.asc
vector nothing 'refused: message' 'keys: cv25519.sec.asc' < /dev/null
