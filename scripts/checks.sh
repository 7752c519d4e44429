# Sourced by scripts that check the source without running it. The tools have fixed versions.
# shellcheck shell=bash

# What the templates' generator writes is not ours to format.
gofumpt_clean() {
	local gofumpt files
	gofumpt=$(tool mvdan.cc/gofumpt@v0.9.1) || return
	files=$(go_files | grep -v '_templ\.go$' | xargs "$gofumpt" -l) || return
	[[ -z $files ]] || { echo "not as gofumpt writes it (gofumpt -w): $files"; return 1; }
}

staticcheck() {
	local staticcheck
	staticcheck=$(tool honnef.co/go/tools/cmd/staticcheck@v0.6.1) && "$staticcheck" "$@"
}

# A remark "#nosec RULE -- reason" beside the line is the one way past it. Its rule on nonces (G407)
# stops with a fault of its own at a nil nonce, which is how a random one is asked for, so that one
# package goes without that one rule.
gosec_clean() {
	local gosec
	gosec=$(tool github.com/securego/gosec/v2/cmd/gosec@v2.22.4) || return
	"$gosec" -quiet -exclude-generated -exclude-dir=internal/crypt ./... &&
		"$gosec" -quiet -exclude-generated -exclude=G407 ./internal/crypt/...
}

# known_weaknesses looks in the database of vulnerabilities for what the program calls. A copy of it
# beside the repository goes before the one on the network, and neither is needed to go on.
known_weaknesses() {
	local govulncheck log from=() copy=../shared/data/go-vulndb.tar.gz db=$PWD/.cache/vulndb
	govulncheck=$(tool golang.org/x/vuln/cmd/govulncheck@v1.1.4) || return
	if [[ -f $copy ]]; then
		if [[ ! -d $db || $copy -nt $db ]]; then
			rm -rf "$db" && mkdir -p "$db" && tar -xzf "$copy" -C "$db" && touch "$db" || return
		fi
		from=(-db "file://$db")
	fi
	log=$("$govulncheck" "${from[@]}" ./... 2>&1) && { echo "$log" | tail -1; return; }
	if grep -qE 'fetching vulnerabilities|dial tcp|no such host|Forbidden|connection refused|timeout' <<<"$log"; then
		echo "NOT CHECKED: there is no copy of the database of vulnerabilities, and its server cannot be reached"
		return
	fi
	echo "$log"
	return 1
}

licences() { go run ./scripts/deps check; }

# fuzzed runs every fuzz target for a moment.
fuzzed() { FUZZTIME=${FUZZTIME:-2s} scripts/fuzz; }

# check_source runs all that looks at the source alone.
check_source() {
	step "format" gofumpt_clean
	step "vet" go vet "$@"
	step "staticcheck" staticcheck "$@"
	step "gosec" gosec_clean
	step "known weaknesses" known_weaknesses
	step "licences of dependencies" licences
}
