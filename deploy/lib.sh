# Shell functions that the commands of deploy/ share. Sourced, not run.
# shellcheck shell=bash

FLEETCA_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly FLEETCA_ROOT

# Bazel, npm and the caches need a home; a service or a bare container may have none.
if [[ -z "${HOME:-}" ]]; then
  HOME="$(getent passwd "$(id -u)" | cut -d: -f6 || true)"
  [[ -n "$HOME" && -w "$HOME" ]] || HOME="$(mktemp -d)"
  export HOME
fi

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# One line that starts a step.
heading() {
  printf '\n== %s\n' "$*"
}

install_packages() {
  "$FLEETCA_ROOT/deploy/install-packages" "$@"
}

# Bazel in the workspace, whatever the current folder is, and never reading our standard input.
bz() {
  (cd "$FLEETCA_ROOT" && exec bazel "$@" </dev/null)
}

# The files of the tree that match the patterns, one a line: tracked ones and new ones that are not
# ignored; without git, all but build products.
tree_files() {
  cd "$FLEETCA_ROOT" || return
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    # A file removed from disk is still listed until that is committed.
    git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
      [[ -e "$file" ]] && printf '%s\n' "$file"
    done | sort -u
  else
    local pattern
    for pattern in "$@"; do
      find . -path './bazel-*' -prune -o -type f -name "${pattern##*/}" -print
    done | sed 's|^\./||' | sort -u
  fi
}

# step NAME COMMAND...: runs it under a heading, says how long it took, and goes on when it fails.
# With STEPS_END, a step that is not done when that second of SECONDS comes is cut short, and those
# after it are not run. STEPS_PASSED, STEPS_FAILED, FAILED_STEPS and UNFINISHED_STEPS hold the result.
STEPS_PASSED=0
STEPS_FAILED=0
STEPS_END=''
FAILED_STEPS=()
UNFINISHED_STEPS=()
step() {
  local name="$1" started status=0
  shift
  heading "$name"
  started="$SECONDS"
  # Not "run_until_end || ...": that would switch errexit off inside the command.
  set +e
  run_until_end "$@"
  status=$?
  set -e
  if ((status == 0)); then
    STEPS_PASSED=$((STEPS_PASSED + 1))
    printf -- '-- %s: passed (%d s)\n' "$name" "$((SECONDS - started))"
  elif [[ -n "$STEPS_END" ]] && ((SECONDS >= STEPS_END)); then
    UNFINISHED_STEPS+=("$name")
    printf -- '-- %s: NOT FINISHED in the time given (%d s)\n' "$name" "$((SECONDS - started))"
  else
    STEPS_FAILED=$((STEPS_FAILED + 1))
    FAILED_STEPS+=("$name")
    printf -- '-- %s: FAILED (%d s)\n' "$name" "$((SECONDS - started))"
  fi
}

# run_until_end COMMAND...: its exit status, or another than 0 where STEPS_END comes first. For callers
# without errexit.
run_until_end() {
  local pid watcher='' status
  if [[ -n "$STEPS_END" ]] && ((SECONDS >= STEPS_END)); then
    return 1
  fi
  # Job control gives the command a process group of its own, which can be interrupted whole.
  set -m
  (
    set -e
    "$@"
  ) &
  pid=$!
  if [[ -n "$STEPS_END" ]]; then
    (
      sleep "$((STEPS_END - SECONDS))"
      kill -INT -- "-$pid"
      sleep 30
      kill -KILL -- "-$pid"
    ) >/dev/null 2>&1 &
    watcher=$!
  fi
  set +m
  wait "$pid"
  status=$?
  [[ -z "$watcher" ]] || kill -- "-$watcher" 2>/dev/null
  return "$status"
}
