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

# tool MODULE@VERSION prints the path of a Go tool, which is built once into .cache/tools.
tool() {
	local dir=$PWD/.cache/tools/${1//\//_}-$(go env GOVERSION) name=${1%@*}
	[[ $name =~ /v[0-9]+$ ]] && name=${name%/*} # the generation of a module names no program
	name=$(basename "$name")
	[[ -x $dir/$name ]] || GOBIN=$dir go install "$1" >&2 || return
	echo "$dir/$name"
}

# fast_disk prints where short-lived files are made: in memory, or where there is little of it on disk.
fast_disk() {
	local shm=/dev/shm free
	free=$(df --output=avail -k "$shm" 2>/dev/null | tail -1) || true
	if [[ -w $shm && ${free:-0} -gt $((4 * 1024 * 1024)) ]]; then echo "$shm"; else echo /tmp; fi
}

# s3_server prints the path of the S3 server that the tests run against.
s3_server() { tool github.com/versity/versitygw/cmd/versitygw@v1.8.0; }

failed=()
count=0

# step NAME COMMAND... runs one step; its output shows as it comes. A step that fails does not stop
# those after it.
step() {
	local name=$1 start=$SECONDS result=ok
	shift
	say "$name"
	"$@" </dev/null || { result=FAILED; failed+=("$name"); }
	count=$((count + 1))
	say "$name: $result ($((SECONDS - start)) s)"
}

# verdict says how all steps ended, and ends so.
verdict() {
	((${#failed[@]} == 0)) || die "FAILED: $(IFS=,; echo "${failed[*]}") ($count steps, $SECONDS s)"
	say "all $count steps passed in $SECONDS s"
}

# version prints the version that the program has.
version() { sed -n 's/^var version = "\(.*\)"$/\1/p' cmd/voordeur/main.go; }
