import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TurnCredentials } from '../../server/core/stun-turn/turn-credentials.ts';
import { until } from '../support/until.ts';
import { DeployedCoturn, OWN_ADDRESS, TURN_SCRIPTS } from './support/deployed-coturn.ts';
import { PROTOCOL, TurnRefused, type TurnServer } from './support/turn-client.ts';

const VIGIE = OWN_ADDRESS ?? '';
const coturn = await DeployedCoturn.start({ TURN_ALLOWED_PEERS: VIGIE });
after(() => coturn.stop());

for (const transport of ['udp', 'tcp'] as const) {
  test(`a credential of the server allocates over ${transport}, and the relay carries datagrams both ways`, async () => {
    using client = await coturn.client(coturn.credentials(), coturn.server(transport));
    await client.allocate();
    await client.permit(VIGIE);
    await using vigie = createSocket('udp4');
    vigie.bind(0, VIGIE);
    await once(vigie, 'listening');

    const arrives = once(vigie, 'message');
    client.send(Buffer.from('to Vigie'), [VIGIE, vigie.address().port]);
    const [there, relay] = (await arrives) as [Buffer, { port: number; address: string }];
    assert.equal(there.toString(), 'to Vigie');

    const returns = once(client, 'data');
    vigie.send(Buffer.from('to the viewer'), relay.port, relay.address);
    const [back] = (await returns) as [Buffer];
    assert.equal(back.toString(), 'to the viewer');
  });
}

async function refusal(attempt: Promise<unknown>): Promise<number> {
  return attempt.then(
    () => 0,
    (error: unknown) => {
      if (error instanceof TurnRefused) return error.code;
      throw error;
    },
  );
}

async function allocationRefusal(credentials: TurnCredentials, server?: TurnServer): Promise<number> {
  using client = await coturn.client(credentials, server);
  // Awaited here, or the client is closed before the answer comes.
  return await refusal(client.allocate());
}

test('an expired, a forged and another user’s credential are refused', async () => {
  const good = coturn.credentials('user_1');
  assert.equal(await allocationRefusal(good), 0);
  assert.equal(await allocationRefusal(coturn.credentials('user_1', -1)), 401, 'expired');
  assert.equal(
    await allocationRefusal(coturn.credentials('user_1', 600, 'another secret of the same length')),
    401,
    'made with another secret',
  );
  const [expiry = ''] = good.username.split(':');
  const prolonged = { ...good, username: `${Number(expiry) + 3600}:user_1` };
  assert.equal(await allocationRefusal(prolonged), 401, 'prolonged by its owner');
  assert.equal(await allocationRefusal({ ...good, username: `${expiry}:user_2` }), 401, 'of another user');
  assert.equal(await allocationRefusal({ username: 'user_1', credential: coturn.secret }), 401, 'the secret');
});

test('nothing is relayed over TCP', async () => {
  using client = await coturn.client(coturn.credentials(), coturn.server('tcp'));
  assert.notEqual(await refusal(client.allocate({ protocol: PROTOCOL.tcp })), 0);
  await assert.doesNotReject(client.allocate());
});

test('data is relayed to Vigie only, not even to public addresses', async () => {
  using client = await coturn.client();
  await client.allocate();
  assert.equal(await refusal(client.permit(VIGIE)), 0);
  for (const host of ['8.8.8.8', '192.168.1.1', '127.0.0.1', '0.0.0.0', '169.254.169.254'])
    assert.equal(await refusal(client.permit(host)), 403, host);
});

test('it listens for TURN only: no command line, no web page', async () => {
  assert.deepEqual(coturn.listeningTcpPorts, [coturn.port]);
});

test('dozens of viewers have relays at a time, several per browser', async () => {
  using clients = new DisposableStack();
  for (let index = 0; index < 60; index++) {
    const client = clients.use(await coturn.client(coturn.credentials(`viewer_${index}`)));
    assert.equal(await refusal(client.allocate()), 0);
  }
});

test('a user has a limited number of relays, whatever the number of credentials', async () => {
  await using frugal = await DeployedCoturn.start({ TURN_USER_QUOTA: '2' });
  const client = (seconds: number) => frugal.client(frugal.credentials('user_1', seconds));
  using first = await client(600);
  using second = await client(700);
  using third = await client(800);
  assert.equal(await refusal(first.allocate()), 0);
  assert.equal(await refusal(second.allocate()), 0);
  assert.equal(await refusal(third.allocate()), 486);
  using other = await frugal.client(frugal.credentials('user_2'));
  assert.equal(await refusal(other.allocate()), 0);
});

test('a relay outlives its credential, which is then valid for no other', async () => {
  const credentials = coturn.credentials('user_1', 1);
  using client = await coturn.client(credentials);
  await client.allocate();
  await until('the credential has expired', async () => (await allocationRefusal(credentials)) === 401);
  assert.equal(await client.refresh(600), 600);
  await client.permit(VIGIE);
});

test('a relay outlives its credential also with a stale nonce', async (context) => {
  const scripts = mkdtempSync(join(tmpdir(), 'vigie-turn-scripts-'));
  context.after(() => rmSync(scripts, { recursive: true }));
  cpSync(TURN_SCRIPTS, scripts, { recursive: true });
  const renderer = join(scripts, 'render-config.sh');
  const text = readFileSync(renderer, 'utf8');
  assert.match(text, /^stale-nonce=600$/m);
  writeFileSync(renderer, text.replace(/^stale-nonce=600$/m, 'stale-nonce=1'));
  await using impatient = await DeployedCoturn.start({}, { scripts });
  using client = await impatient.client(impatient.credentials('user_1', 1));
  await client.allocate();
  const { nonce } = client;
  await until('the nonce is another', async () => {
    await client.refresh(600);
    return !client.nonce?.equals(nonce ?? Buffer.alloc(0));
  });
});

test('coturn stops on SIGTERM', async () => {
  const one = await DeployedCoturn.start();
  assert.equal(await one.stop(), 0);
});
