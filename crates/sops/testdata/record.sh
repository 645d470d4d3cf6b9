#!/bin/sh
# Encrypts and decrypts with the real sops what stands in files/*.plain.*, and writes *.enc.* and *.dec.* beside it.
# Needs sops 3.13.3 and age-keygen 1.3.1 in the PATH. The keys are made anew, so every encrypted file changes.
set -eu
cd "$(dirname "$0")/files"
for key in one two; do
    rm -f "$key.agekey"
    age-keygen -o "$key.agekey" 2>/dev/null
done
one=$(age-keygen -y one.agekey)
two=$(age-keygen -y two.agekey)
cat one.agekey two.agekey > both.tmp
export SOPS_AGE_KEY_FILE="$PWD/both.tmp" SOPS_DISABLE_VERSION_CHECK=1
configuration=$(mktemp)
printf 'creation_rules:\n- key_groups:\n  - age: [%s]\n  - age: [%s]\n' "$one" "$two" > "$configuration"
for plain in *.plain.*; do
    name=${plain%%.plain.*}
    end=${plain##*.plain.}
    case $name in
        groups) sops --config "$configuration" encrypt "$plain" ;;
        mac-only-encrypted) sops --mac-only-encrypted encrypt --age "$one" "$plain" ;;
        encrypted-suffix) sops encrypt --encrypted-suffix _secret --age "$one" "$plain" ;;
        unencrypted-regex) sops encrypt --unencrypted-regex '^(kind|metadata)$' --age "$one" "$plain" ;;
        encrypted-regex) sops encrypt --encrypted-regex '^(data|stringData)$' --age "$one" "$plain" ;;
        encrypted-comment-regex) sops --encrypt --encrypted-comment-regex 'sops:enc' --age "$one" "$plain" ;;
        unencrypted-comment-regex) sops --encrypt --unencrypted-comment-regex 'sops:clear' --age "$one" "$plain" ;;
        *) sops encrypt --age "$one,$two" "$plain" ;;
    esac > "$name.enc.$end"
    sops decrypt "$name.enc.$end" > "$name.dec.$end"
done
rm both.tmp "$configuration"
