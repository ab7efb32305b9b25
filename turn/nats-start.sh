#!/bin/sh
# Runs nats-server, by which houses and this edge reach each other: with TLS by Caddy's certificate, which it reads again
# when Caddy has renewed it, and with the users of a file, which it reads again when somebody was invited.
#
#   NATS_USERS          file of the users, which `vigie site` writes
#   NATS_CERT_DIR       Caddy's folder of certificates; the newest of NATS_NAME is used
#   NATS_NAME           the name or address that houses connect to
#   NATS_PORT           for houses, with TLS                                             4222
#   NATS_INNER_LISTEN   for the edge beside it: WebSockets without TLS, never published  0.0.0.0:8080
#   NATS_RUN_DIR        a folder in memory for the configuration and a copy of the certificate   /run/nats
#   NATS_WATCH_SECONDS  how often it looks for changes                                   5
set -eu
umask 077

run=${NATS_RUN_DIR:-/run/nats}
watch_seconds=${NATS_WATCH_SECONDS:-5}
users=${NATS_USERS:?}
# Caddy's name for the folder and files of a name or address.
name=$(printf %s "${NATS_NAME:?}" | tr ':A-Z' '-a-z')

find_certificate() {
  cert=
  for file in "${NATS_CERT_DIR:?}"/*/"$name/$name.crt"; do
    # -nt is not in POSIX, but dash, BusyBox and bash have it.
    # shellcheck disable=SC3013
    if [ -z "$cert" ] || [ "$file" -nt "$cert" ]; then cert=$file; fi
  done
  key=${cert%.crt}.key
  [ -r "$cert" ] && [ -r "$key" ] && [ -r "$users" ]
}

# Prints a text that changes with the certificate, its key and the users; nothing while one of them is missing.
state() {
  find_certificate || return 0
  cat "$cert" "$key" "$users" | cksum
}

# It reads copies, so that it never gets a new certificate with an old key while the two are being written.
take() {
  find_certificate && cp "$cert" "$run/tls.crt" && cp "$key" "$run/tls.key" && cp "$users" "$run/users.json"
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

# In the background, because a shell that waits for a program does not handle signals.
pause() {
  sleep "$watch_seconds" &
  wait $! || true
}

mkdir -p "$run"
# A frame is at most 4 MiB; a slow consumer is dropped, and dials again.
cat >"$run/nats.conf" <<CONF
listen: "0.0.0.0:${NATS_PORT:-4222}"
tls { cert_file: "$run/tls.crt", key_file: "$run/tls.key" }
websocket { listen: "${NATS_INNER_LISTEN:-0.0.0.0:8080}", no_tls: true }
accounts { include "./users.json" }
max_payload: 4194304
max_pending: 8MB
write_deadline: "2s"
CONF

seen=
until [ -n "$seen" ] && [ "$seen" = "$(state)" ] && take; do
  [ -n "$seen" ] || echo "nats: no certificate for $name yet; waiting for it"
  seen=$(state)
  pause
done
taken=$seen
nats-server -c "$run/nats.conf" &
pid=$!

while kill -0 "$pid" 2>/dev/null; do
  pause
  now=$(state)
  # Complete only if unchanged since the last check.
  if [ -n "$now" ] && [ "$now" = "$seen" ] && [ "$now" != "$taken" ] && take; then
    taken=$now
    echo 'nats: users or certificate have changed, reading them'
    kill -HUP "$pid" 2>/dev/null || true
  fi
  seen=$now
done
wait "$pid" && status=0 || status=$?
echo "nats: nats-server ended with $status"
exit "$status"
