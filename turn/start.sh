#!/bin/sh
# Runs coturn: renders its configuration, starts it, and reloads its certificate. When Caddy has renewed it, coturn loads
# it without ending relays (SIGUSR2); when the first one exists, coturn is restarted, now with TLS.
#
# In the environment, besides the variables of render-config.sh:
#   TURN_CERT_DIR      Caddy's folder of certificates; the newest of TURN_CERT_NAME (default TURN_REALM) is used
#   TURN_CERT, TURN_KEY   instead, two PEM files kept up to date by another program
#   TURN_RUN_DIR       a folder in memory for the configuration and a copy of the certificate   /run/turn
#   TURN_WATCH_SECONDS how often it checks for a newer certificate                              10
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
run=${TURN_RUN_DIR:-/run/turn}
watch_seconds=${TURN_WATCH_SECONDS:-10}
own_cert=${TURN_CERT:-}
own_key=${TURN_KEY:-}
# Caddy's name for the folder and files of a name or address.
name=$(printf %s "${TURN_CERT_NAME:-${TURN_REALM:-}}" | tr ':A-Z' '-a-z')

# Sets cert and key to the paths of the newest pair; fails when there is none yet.
find_certificate() {
  cert=$own_cert
  key=$own_key
  if [ -z "$cert" ]; then
    # Takes the newest of several issuers (Let's Encrypt, its stand-in, Caddy itself).
    for file in "${TURN_CERT_DIR:-/nowhere}"/*/"$name/$name.crt"; do
      # -nt is not in POSIX, but dash, BusyBox and bash have it.
      # shellcheck disable=SC3013
      if [ -z "$cert" ] || [ "$file" -nt "$cert" ]; then cert=$file; fi
    done
    key=${cert%.crt}.key
  fi
  [ -r "$cert" ] && [ -r "$key" ]
}

# Prints a text that changes with the certificate or its key; nothing without one.
state_of_certificate() {
  find_certificate || return 0
  cat "$cert" "$key" | cksum
}

# Coturn reads a copy, so that it never gets a new certificate with an old key while the two are being written.
take_certificate() {
  find_certificate && cp "$cert" "$run/tls.crt" && cp "$key" "$run/tls.key"
}

pid=
stop() {
  trap - TERM INT
  if [ -n "$pid" ]; then
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
  exit 0
}
trap stop TERM INT

mkdir -p "$run"
while :; do
  taken=$(state_of_certificate)
  if [ -n "$taken" ] && take_certificate; then
    export TURN_CERT="$run/tls.crt" TURN_KEY="$run/tls.key"
  else
    taken=
    unset TURN_CERT TURN_KEY
    echo "turn: no certificate for $name yet, so no TLS until there is one"
  fi
  "$here/render-config.sh" >"$run/turnserver.conf"
  turnserver -c "$run/turnserver.conf" --pidfile "$run/turnserver.pid" --userdb "$run/turndb" &
  pid=$!

  seen=$taken
  while kill -0 "$pid" 2>/dev/null; do
    # In the background, because a shell that waits for a program does not handle signals.
    sleep "$watch_seconds" &
    wait $! || true
    now=$(state_of_certificate)
    # Complete only if unchanged since the last check.
    if [ -n "$now" ] && [ "$now" = "$seen" ] && [ "$now" != "$taken" ] && take_certificate; then
      if [ -z "$taken" ]; then
        echo 'turn: there is a certificate now, starting with TLS'
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        continue 2
      fi
      taken=$now
      echo 'turn: the certificate has changed, reading it'
      kill -USR2 "$pid" 2>/dev/null || true
    fi
    seen=$now
  done
  wait "$pid" && status=0 || status=$?
  echo "turn: coturn ended with $status"
  exit "$status"
done
