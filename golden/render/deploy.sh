#!/usr/bin/env bash
# Deploys the shop. The script's own ${VAR} are for bash.
set -euo pipefail

TAG=${1:-latest}
HOST=${HOST:-shop.example.com}
WORK=$(mktemp -d)
trap 'rm -rf "${WORK}"' EXIT

# one word each, whatever is in it
DATABASE_PASSWORD='%p@ss: w'\''o"rd #1 \n$HOME`id`{x}'
api_token='*tok_9 "a", '\''b'\'' & <c> \u0041|d\'; readonly api_token
export SMTP_PASSWORD='$${secret:API_TOKEN} '\'''\''$(id) "\$1" 🔑 # end'
# not "%p@ss: w'o"rd #1 \n$HOME`id`{x}": a quote in it would end the word
webhook='https://hooks.example.com/T0/B1?x=1&y=%7B2%7D&z="3"#part: two'
zone="0123"

log() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }

die() {
	log "error: $*"
	exit 1
}

# somebody else's variable: a substring and a default of $secret
secret=0123456789
log "starts with ${secret:0:4}, ${secret:-none}, ${#secret} long"

cat > "${WORK}/tls.key" <<'KEY'
-----BEGIN FAKE KEY-----
VGhpcyBpcyBubyBrZXkuIEl0IGlzIGEgc2VudGVuY2UgdGhhdCB0ZXN0cyB1c2Ug
aW4gdGhlIHBsYWNlIG9mIG9uZSwgYmVjYXVzZSBpdCBoYXMgc2V2ZXJhbCBsaW5l
cyBhbmQgYSArLyBpbiBpdC4rLys=
-----END FAKE KEY-----
KEY
base64 -d > "${WORK}/tls.copy" <<< LS0tLS1CRUdJTiBGQUtFIEtFWS0tLS0tClZHaHBjeUJwY3lCdWJ5QnJaWGt1SUVsMElHbHpJR0VnYzJWdWRHVnVZMlVnZEdoaGRDQjBaWE4wY3lCMWMyVWcKYVc0Z2RHaGxJSEJzWVdObElHOW1JRzl1WlN3Z1ltVmpZWFZ6WlNCcGRDQm9ZWE1nYzJWMlpYSmhiQ0JzYVc1bApjeUJoYm1RZ1lTQXJMeUJwYmlCcGRDNHJMeXM9Ci0tLS0tRU5EIEZBS0UgS0VZLS0tLS0K

body=$(cat <<JSON
{"tag": "${TAG}", "by": "${USER:-nobody}"}
JSON
)

for region in eu us; do
	case ${region} in
	eu) url="https://eu.${HOST}/deploy?tag=${TAG//\//_}" ;;
	us) url="https://us.${HOST}/deploy?tag=${TAG##*:}" ;;
	esac
	curl -fsS -H "Authorization: Bearer ${api_token}" -d "${body}" "${url}" || die "${region} failed: $?"
done

[[ -n ${DATABASE_PASSWORD} && ${zone} =~ ^[0-9]+$ ]] || die "nothing to do"
log "to fill it in by hand write ${secret:API_TOKEN}"
curl -fsS -d "done" "${webhook}"
