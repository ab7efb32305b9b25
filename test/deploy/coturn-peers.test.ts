import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, test } from 'node:test';
import { seededRandom } from '../support/seeded-random.ts';
import { ipOfNumber, rangeOf } from '../support/ip-arithmetic.ts';
import { DeployedCoturn, OWN_ADDRESS } from './support/deployed-coturn.ts';
import { TurnRefused, type TurnClient } from './support/turn-client.ts';

/**
 * Neither globally reachable nor multicast by IANA's special-purpose address registries, or standing for an IPv4
 * address.
 */
const IPV4 =
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`.split(
    /\s+/,
  );
const IPV6 =
  `::/128 ::1/128 ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32
  2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8`.split(/\s+/);
/** Ordinary addresses right beside those. */
const PUBLIC_IPV4 =
  `1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
  169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255
  192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255`.split(
    /\s+/,
  );
const PUBLIC_IPV6 = [
  '2000::1',
  '2001:200::1',
  '2001:db7:ffff::1',
  '2001:db9::1',
  '2001:4860:4860::8888',
  '2003::1',
  '2a00::1',
];

const SAMPLES = 8;
const { random, label } = seededRandom();

/** Its first and last address, and some between; many of their bytes are 0 or 255, because mistakes are at bounds. */
function addressesOf(range: string): string[] {
  const { first, last, bits } = rangeOf(range);
  const hostMask = last - first;
  const between = Array.from({ length: hostMask === 0n ? 0 : SAMPLES }, () => {
    const bytes = Array.from(
      { length: 16 },
      () => [0, 255, 1, Math.trunc(random() * 256)][Math.trunc(random() * 4)] ?? 0,
    );
    return first | (bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) & hostMask);
  });
  return [first, ...between, last].map((value) => ipOfNumber(value, bits));
}

async function verdict(client: TurnClient, host: string): Promise<string> {
  return client.permit(host).then(
    () => `${host} permitted`,
    (error: unknown) => {
      if (error instanceof TurnRefused) return `${host} ${error.code}`;
      throw error;
    },
  );
}

async function verdicts(client: TurnClient, hosts: readonly string[]): Promise<string[]> {
  const answers = [];
  for (const host of hosts) answers.push(await verdict(client, host));
  return answers;
}

const VIGIE = OWN_ADDRESS ?? '';
const coturn = await DeployedCoturn.start({ TURN_OTHER_PEERS: 'public', TURN_ALLOWED_PEERS: VIGIE });
after(() => coturn.stop());

test('a public relay refuses every special-purpose IPv4 range from its first to its last address', async (context) => {
  context.diagnostic(label);
  using client = await coturn.client();
  await client.allocate();
  const hosts = IPV4.flatMap(addressesOf);
  assert.deepEqual(
    await verdicts(client, hosts),
    hosts.map((host) => `${host} 403`),
  );
});

test('addresses beside those ranges are allowed, and so is Vigie itself', async () => {
  using client = await coturn.client();
  await client.allocate();
  const hosts = [...PUBLIC_IPV4, VIGIE];
  assert.deepEqual(
    await verdicts(client, hosts),
    hosts.map((host) => `${host} permitted`),
  );
});

const ownIpv6 = Object.values(networkInterfaces())
  .flatMap((entries) => entries ?? [])
  .find(
    ({ family, address, internal }) => family === 'IPv6' && !internal && !address.startsWith('fe80'),
  )?.address;

test(
  'a public relay refuses every special-purpose IPv6 range',
  { skip: ownIpv6 === undefined && 'this machine has no IPv6 address' },
  async (context) => {
    context.diagnostic(label);
    await using ipv6 = await DeployedCoturn.start({ TURN_OTHER_PEERS: 'public' }, { host: ownIpv6 });
    using client = await ipv6.client();
    await client.allocate({ family: 6 });
    const closed = IPV6.flatMap(addressesOf);
    assert.deepEqual(
      await verdicts(client, closed),
      closed.map((host) => `${host} 403`),
    );
    assert.deepEqual(
      await verdicts(client, PUBLIC_IPV6),
      PUBLIC_IPV6.map((host) => `${host} permitted`),
    );
  },
);
