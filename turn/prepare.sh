#!/bin/sh
# Runs once before everything else each time the services start, as root and without a network: creates the secret that
# the server and coturn share, if needed, and makes Caddy the owner of its volumes, so that nothing else must run as root.
#
#   EDGE_USER    the number of the user and group that Caddy, coturn and nats-server run as
#   VIGIE_ROLE   edge: also makes the edge's own user at NATS, and lets its group read the users
#   VIGIE_EDGE, VIGIE_SITE   the name of this edge, and of the house that it shows
#   NATS_DIR     folder of the users                                                 /nats
#   NATS_EDGE_DIR   folder of the edge's own password: it does not see the users     /nats-edge
#   VIGIE_DIR    where Vigie is installed                                            /vigie
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

# The users of NATS: the edge's own, and those of houses that were invited (invite.sh), which keep their passwords.
if [ "${VIGIE_ROLE:-}" = edge ]; then
  nats=${NATS_DIR:-/nats}
  own=${NATS_EDGE_DIR:-/nats-edge}
  line=$(node "${VIGIE_DIR:-/vigie}/server/command-line/main.ts" site edge "${VIGIE_EDGE:?}" --site "${VIGIE_SITE:?}" \
    --nats ws://nats --users "$nats/users.json")
  # ws://EDGE:PASSWORD@nats/SITE
  line=${line#*://}
  echo "${line%@*}" >"$own/edge.txt.new"
  chmod 0640 "$nats/users.json" "$own/edge.txt.new"
  chown "0:$EDGE_USER" "$nats/users.json" "$own/edge.txt.new"
  mv "$own/edge.txt.new" "$own/edge.txt"
  # They hold no file that others may not know of.
  chmod 0755 "$nats" "$own"
fi
