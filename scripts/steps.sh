# Sourced by lint.sh, test.sh and .ci/run: runs named steps, times each, and prints all durations at the end.
# shellcheck shell=bash

step_names=()
step_seconds=()

# step NAME COMMAND...: stops the script when the command fails.
step() {
  local name=$1 started=$SECONDS status=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || status=$?
  step_names+=("$name")
  step_seconds+=($((SECONDS - started)))
  [ "$status" = 0 ] && return
  printf '\n== %s failed after %ss\n' "$name" "$((SECONDS - started))" >&2
  exit "$status"
}

print_durations() {
  local index
  printf '\n'
  for index in "${!step_names[@]}"; do
    printf '%6ss  %s\n' "${step_seconds[$index]}" "${step_names[$index]}"
  done
}
