#!/bin/sh
# Runs coturn: renders its configuration, starts it, and follows its certificate. When Caddy has renewed that, coturn reads
# it anew without ending anybody's relay (SIGUSR2); when the first one comes, coturn is started again, now with TLS.
#
# In the environment, besides what render-config.sh reads:
#   TURN_CERT_DIR      Caddy's folder of certificates, where the newest of TURN_CERT_NAME (default TURN_REALM) is taken
#   TURN_CERT, TURN_KEY   instead of that, two PEM files kept up to date by something else
#   TURN_RUN_DIR       a folder in memory for the configuration and a copy of the certificate   /run/turn
#   TURN_WATCH_SECONDS how often it looks whether there is a newer certificate                  10
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
run=${TURN_RUN_DIR:-/run/turn}
watch_seconds=${TURN_WATCH_SECONDS:-10}
own_cert=${TURN_CERT:-}
own_key=${TURN_KEY:-}
# As Caddy calls the folder and files of a name or address.
name=$(printf %s "${TURN_CERT_NAME:-${TURN_REALM:-}}" | tr ':A-Z' '-a-z')

# Sets cert and key to the paths of the newest; fails when there is none yet.
find_certificate() {
  cert=$own_cert
  key=$own_key
  if [ -z "$cert" ]; then
    # Of several issuers (Let's Encrypt, its stand-in, Caddy itself) the one that was there last.
    for file in "${TURN_CERT_DIR:-/nowhere}"/*/"$name/$name.crt"; do
      # -nt is not POSIX's, but dash, BusyBox and bash have it.
      # shellcheck disable=SC3013
      if [ -z "$cert" ] || [ "$file" -nt "$cert" ]; then cert=$file; fi
    done
    key=${cert%.crt}.key
  fi
  [ -r "$cert" ] && [ -r "$key" ]
}

# Prints what changes whenever the certificate or its key does; nothing when there is none.
state_of_certificate() {
  find_certificate || return 0
  cat "$cert" "$key" | cksum
}

# Coturn reads a copy, so that it never meets a new certificate with an old key while the two are being written.
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
    # In the background, for a shell that waits for a program does not hear signals.
    sleep "$watch_seconds" &
    wait $! || true
    now=$(state_of_certificate)
    # Only what has stayed as it is since the last look is complete.
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
