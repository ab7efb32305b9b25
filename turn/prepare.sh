#!/bin/sh
# Runs once before everything else each time the services start, as root and without a network: creates the secret that
# the server and coturn share, if needed, and makes Caddy the owner of its volumes, so that nothing else must run as root.
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
  # In one step, so that half a secret can never be read.
  mv "$secrets/turn-secret.new" "$secrets/turn-secret"
  echo 'prepare: made the secret of the server and coturn'
fi

# The folder of certificates is a separate volume inside Caddy's: coturn sees it, and not the keys of the authorities.
# Afterwards they cannot be changed any more: of root's capabilities this has only that of changing owners.
if [ "$(stat -c %u "$certificates")" = 0 ]; then
  mkdir -p "$caddy_data/caddy/certificates"
  chmod 0700 "$certificates"
  chown "$EDGE_USER:$EDGE_USER" "$caddy_data/caddy/certificates" "$caddy_data/caddy" "$caddy_data" "$certificates"
fi
