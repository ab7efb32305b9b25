#!/bin/sh
# Invites a house to this rented server: adds its user at NATS, and prints the line for the house's .env. Again for the
# same name it prints the same line.
#
#   $1           the name of the house; VIGIE_SITE when it is left out
#   VIGIE_SITE   the house whose cameras this edge shows
#   NATS_NAME    the name or address that houses connect to
#   NATS_PORT    the port that they connect to                      4222
#   NATS_DIR     folder of the users                                /nats
#   VIGIE_DIR    where Vigie is installed                           /vigie
set -eu
umask 027

vigie() {
  node "${VIGIE_DIR:-/vigie}/server/command-line/main.ts" site "$@" --users "${NATS_DIR:-/nats}/users.json"
}

vigie invite "${1:-${VIGIE_SITE:?}}" --nats "tls://${NATS_NAME:?}:${NATS_PORT:-4222}"
