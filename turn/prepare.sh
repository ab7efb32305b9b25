#!/bin/sh
# Runs once before everything else each time the services start, as root and without a network: makes the secret that the
# server and coturn share, if there is none, and gives Caddy's volumes to Caddy, so that nothing else must run as root.
#
#   EDGE_USER    the number of the user and group that Caddy and coturn run as
#   SECRETS_DIR, CADDY_DATA_DIR, CERTIFICATES_DIR   where the volumes are   /secrets, /caddy-data, /certificates
set -eu
umask 077

secrets=${SECRETS_DIR:-/secrets}
caddy_data=${CADDY_DATA_DIR:-/caddy-data}
certificates=${CERTIFICATES_DIR:-/certificates}

if [ ! -s "$secrets/turn-secret" ]; then
  head -c 32 /dev/urandom | base64 >"$secrets/turn-secret.new"
  chmod 0640 "$secrets/turn-secret.new"
  chown "0:$EDGE_USER" "$secrets/turn-secret.new"
  # In one step, so that nobody ever reads half a secret.
  mv "$secrets/turn-secret.new" "$secrets/turn-secret"
  echo 'prepare: made the secret of the server and coturn'
fi

# The folder of certificates is a volume of its own inside Caddy's: coturn sees it, and not the keys of the authorities.
# Once given away, they are not ours to change any more: of root's powers this has only that of giving away.
if [ "$(stat -c %u "$certificates")" = 0 ]; then
  mkdir -p "$caddy_data/caddy/certificates"
  chmod 0700 "$certificates"
  chown "$EDGE_USER:$EDGE_USER" "$caddy_data/caddy/certificates" "$caddy_data/caddy" "$caddy_data" "$certificates"
fi
