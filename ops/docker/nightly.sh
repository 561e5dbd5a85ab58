#!/bin/sh
# What the timers of ops/systemd do by night, for a container: nightly.sh FOLDER, where the copies
# are kept. Times are UTC. A step that fails says so on the error stream, and the others go on.
set -u
cd "$(dirname "$0")/../.." || exit 1
copies=${1:?the folder for copies}

try() {
  .venv/bin/flask --app wsgi "$@" && return
  echo "nightly: $1 failed at $(date -u +%FT%TZ): see docs/runbooks/unit-failed.md" >&2
  return 1
}

forget_old() { # five weeks; only once a new copy is there, so that the last one is never removed
  find "$copies" -maxdepth 1 -type f -mtime +34 \
    \( -name '*.backup' -o -name '*.backup.sha256' \) -delete
}

try_the_newest() { # in a scratch folder that holds nothing but what a drill that was cut off left
  rm -rf "$copies/scratch"
  mkdir "$copies/scratch"
  for newest in "$copies"/*.backup; do :; done # by name, and so by date
  try drill --scratch "$copies/scratch" "$newest"
}

tonight() {
  now=$(date -u +%F-%H%M%S)
  try export-audit-heads --out "$copies/$now.heads"
  if try backup --out "$copies/$now.backup"; then forget_old; fi
  try measures
  [ "$(date -u +%u)" = 7 ] || return
  try_the_newest
  try verify-audit
}

# A night begins at 01:15, and is looked for each minute: a machine may have slept meanwhile. One
# without a copy is made up for at the start, as Persistent= does for the timers.
since=$(($(date +%s) - 4500))
night=$((since / 86400))
watch=$((since / 21600))
[ -n "$(find "$copies" -name '*.backup' -mmin "-$((since % 86400 / 60 + 1))")" ] || night=
while :; do
  since=$(($(date +%s) - 4500))
  if [ "$night" != $((since / 86400)) ]; then
    night=$((since / 86400))
    tonight
  fi
  if [ "$watch" != $((since / 21600)) ]; then # every six hours
    watch=$((since / 21600))
    try doctor
  fi
  sleep 60
done
