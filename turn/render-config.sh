#!/bin/sh
# Prints coturn's configuration, made from the environment; start.sh writes it where turnserver reads it.
#
# POSIX sh only, which the coturn image, Debian and Alpine have in common. Invariant: no value of the environment can add
# to a line of the output: values with spaces or line breaks are refused.
# Options are those of coturn's turnserver.conf, 4.6.1 (Debian) to 4.17 (the image); README.md explains each.
#
#   TURN_REALM            a name, shown to clients                                   required
#   TURN_SECRET_FILE      holds the secret shared with the server, 16 to 1024 characters  required
#   TURN_CERT, TURN_KEY   PEM files; without them there is no TLS
#   TURN_EXTERNAL_IP      public address, if it is not this machine's own: PUBLIC or PUBLIC/OWN
#   TURN_LISTENING_IPS    comma-separated addresses to listen on and relay from      all of them
#   TURN_PORT, TURN_TLS_PORT                                                         3478, 5349
#   TURN_MIN_PORT, TURN_MAX_PORT     UDP ports of relayed transports                 49160 to 49415
#   TURN_ALLOWED_PEERS    comma-separated addresses or FIRST-LAST relayed to although private: Vigie's own
#   TURN_OTHER_PEERS      deny: relay to the allowed peers only; public: to public addresses too             deny
#   TURN_USER_QUOTA, TURN_TOTAL_QUOTA    allocations at a time                       40, 200
#   TURN_MAX_BPS          bytes per second of one allocation                          2500000
set -eu

fail() {
  echo "turn: $1" >&2
  exit 1
}

# value NAME DEFAULT PATTERN: the variable's value, if all its characters match the bracket expression
value() {
  eval "text=\${$1:-}"
  [ -n "$text" ] || text=$2
  [ -n "$text" ] || fail "$1 must be set"
  case $text in *[!$3]*) fail "$1 has signs that do not belong there" ;; esac
  printf %s "$text"
}
number() { value "$1" "$2" 0-9; }
# list NAME OPTIONS: a line of each option for each item of a comma-separated list of addresses
list() {
  eval "text=\${$1:-}"
  [ -n "$text" ] || return 0
  items=$(value "$1" '' '0-9A-Fa-f.:,/-')
  old_ifs=$IFS
  IFS=,
  for item in $items; do
    for option in $2; do echo "$option=$item"; done
  done
  IFS=$old_ifs
}

realm=$(value TURN_REALM '' 'A-Za-z0-9.:_-')
secret_file=${TURN_SECRET_FILE:-}
[ -n "$secret_file" ] || fail 'TURN_SECRET_FILE must be set'
[ -r "$secret_file" ] || fail "TURN_SECRET_FILE $secret_file cannot be read"
secret=$(cat "$secret_file")
secret=$(value secret '' 'A-Za-z0-9+/=_-')
if [ ${#secret} -lt 16 ] || [ ${#secret} -gt 1024 ]; then fail 'the secret must be 16 to 1024 signs long'; fi
other_peers=$(value TURN_OTHER_PEERS deny a-z)
case $other_peers in deny | public) ;; *) fail 'TURN_OTHER_PEERS must be deny or public' ;; esac
# Assigned here, not inside the text below: there, a failing $(…) would not stop the script.
port=$(number TURN_PORT 3478)
tls_port=$(number TURN_TLS_PORT 5349)
min_port=$(number TURN_MIN_PORT 49160)
max_port=$(number TURN_MAX_PORT 49415)
user_quota=$(number TURN_USER_QUOTA 40)
total_quota=$(number TURN_TOTAL_QUOTA 200)
max_bps=$(number TURN_MAX_BPS 2500000)
listening=$(list TURN_LISTENING_IPS listening-ip,relay-ip)
external=$(list TURN_EXTERNAL_IP external-ip)
allowed=$(list TURN_ALLOWED_PEERS allowed-peer-ip)

cat <<CONFIG
# Users: names and passwords that the server made from the shared secret, each valid for minutes.
use-auth-secret
static-auth-secret=$secret
realm=$realm
stale-nonce=600
fingerprint

# Addresses and ports.
listening-port=$port
tls-listening-port=$tls_port
$listening
$external
min-port=$min_port
max-port=$max_port

# Quotas per user and in total; bytes per second of each allocation. Not in total: coturn would reserve max-bps of
# bps-capacity for each allocation, used or not, and a browser makes one per TURN URL, so a few viewers would take it all.
user-quota=$user_quota
total-quota=$total_quota
max-bps=$max_bps

# Only UDP is relayed, little information is revealed, only TURN is served.
no-tcp-relay
no-multicast-peers
no-rfc5780
no-dynamic-ip-list
no-dynamic-realms
log-file=stdout
simple-log
CONFIG

# 4.7 made these the defaults, and later versions no longer know the options.
case $(turnserver --version 2>/dev/null) in
  *4.[0-6].*) printf '%s\n' no-cli no-dtls no-tlsv1 no-tlsv1_1 no-software-attribute \
    no-stun-backward-compatibility response-origin-only-with-rfc5780 ;;
esac

if [ -n "${TURN_CERT:-}" ]; then
  [ -r "$TURN_CERT" ] || fail "TURN_CERT $TURN_CERT cannot be read"
  [ -r "${TURN_KEY:-}" ] || fail "TURN_KEY ${TURN_KEY:-} cannot be read"
  echo "cert=$TURN_CERT"
  echo "pkey=$TURN_KEY"
  echo 'cipher-list=ECDHE+AESGCM:ECDHE+CHACHA20'
else
  echo no-tls
fi

# Peers. An allowed peer takes precedence over the denied ranges below.
printf '%s\n' "$allowed"
# All ranges that the special-purpose registries of RFC 6890 do not call globally reachable, multicast, and every IPv6
# address that embeds an IPv4 one (compatible, mapped, NAT64, Teredo, 6to4), which could be any of the former.
# Two things about coturn 4.6.1: it compares IPv6 addresses byte by byte, each with the same byte of the bounds, so only
# ranges that are prefixes work as expected; and a range that begins with :: includes all of IPv4. Hence four lines
# for ::/96. It refuses the address :: itself anyway.
cat <<'CONFIG'
denied-peer-ip=0.0.0.0-0.255.255.255
denied-peer-ip=10.0.0.0-10.255.255.255
denied-peer-ip=100.64.0.0-100.127.255.255
denied-peer-ip=127.0.0.0-127.255.255.255
denied-peer-ip=169.254.0.0-169.254.255.255
denied-peer-ip=172.16.0.0-172.31.255.255
denied-peer-ip=192.0.0.0-192.0.0.255
denied-peer-ip=192.0.2.0-192.0.2.255
denied-peer-ip=192.88.99.0-192.88.99.255
denied-peer-ip=192.168.0.0-192.168.255.255
denied-peer-ip=198.18.0.0-198.19.255.255
denied-peer-ip=198.51.100.0-198.51.100.255
denied-peer-ip=203.0.113.0-203.0.113.255
denied-peer-ip=224.0.0.0-239.255.255.255
denied-peer-ip=240.0.0.0-255.255.255.255
denied-peer-ip=::1-::ffff:ffff
denied-peer-ip=::100-::ffff:ffff
denied-peer-ip=::1:0-::ffff:ffff
denied-peer-ip=::100:0-::ffff:ffff
denied-peer-ip=::ffff:0:0-::ffff:ffff:ffff
denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff
denied-peer-ip=64:ff9b:1::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=100::-100::1:ffff:ffff:ffff:ffff
denied-peer-ip=2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=3fff::-3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=5f00::-5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=fe80::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
CONFIG
if [ "$other_peers" = deny ]; then
  echo denied-peer-ip=0.0.0.0-255.255.255.255
  echo denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
fi
