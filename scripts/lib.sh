# Sourced by the other scripts: they run from the root of the repository and stop at an error.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }
die() { say "$*" >&2; exit 1; }

# Go's own installer leaves it to the user to put it on the path.
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || die "Go is missing: see https://go.dev/doc/install"

# npm_ci DIR installs the packages of DIR's lock file, unless they are there already.
npm_ci() {
	local done_at=$1/node_modules/.package-lock.json
	[[ -e $done_at && ! $1/package-lock.json -nt $done_at ]] && return
	say "npm ci in $1/"
	npm ci --prefix "$1" --no-audit --no-fund --loglevel=error
}

# go_files lists the project's own Go files.
go_files() { find . -name node_modules -prune -o -name '*.go' -print; }
