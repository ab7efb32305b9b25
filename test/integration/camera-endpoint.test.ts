/** Paired cameras against attackers who try to block them, at the real server's camera listener. */

import assert from 'node:assert/strict';
import { after, suite, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { ClientOptions } from 'ws';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { RawCamera } from '../support/ingest-rig.ts';
import { EndpointAttack, type EndpointAttackOptions } from '../support/endpoint-attack.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

/** More than the connection limit. */
const SOCKETS = 160;
/** Delay of a camera that was refused; attackers are faster. */
const RETRY_MS = 1_000;

/** Connects like a camera: again and again, with a short delay. */
async function bringOnline(
  url: string,
  { id, key }: CameraWithKey,
  from: Pick<ClientOptions, 'headers' | 'localAddress'>,
): Promise<RawCamera> {
  return until('the camera is online', async () => {
    const camera = new RawCamera(url, undefined, from);
    const welcome = await camera.shakeHands(id, Buffer.from(key, 'base64url')).catch(() => undefined);
    if (!welcome) await setTimeout(RETRY_MS);
    return welcome && camera;
  });
}

interface Scene {
  server: ServerProcess;
  attack: Omit<EndpointAttackOptions, 'url' | 'sockets'>;
  camera: Pick<ClientOptions, 'headers' | 'localAddress'>;
  /** It has been online before. */
  known?: boolean;
}

async function underAttack(context: TestContext, { server, attack, camera, known }: Scene): Promise<void> {
  const { cameraUrl: url } = server;
  const admin = await server.admin();
  const paired = await admin.addCamera('Door');
  if (known) (await bringOnline(url, paired, camera)).socket.terminate();
  using attackers = new EndpointAttack({ ...attack, url, sockets: SOCKETS });
  await until('the attack is on', () => attackers.challenged >= SOCKETS / 2 || attackers.open >= SOCKETS / 2);
  const startedAt = performance.now();
  const device = await bringOnline(url, paired, camera);
  context.diagnostic(`online after ${Math.round(performance.now() - startedAt)} ms`);
  const listed = (await admin.cameras()).find(({ id }) => id === paired.id);
  assert.equal(listed?.status, 'online');
  device.socket.terminate();
}

const forwarded = (address: string): Pick<ClientOptions, 'headers'> => ({
  headers: { 'x-forwarded-for': address },
});

suite('behind a trusted proxy', async () => {
  const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
  after(() => server.stop());

  for (const behaviour of ['silent', 'slow', 'wrongKey', 'restless'] as const) {
    test(`a camera connects despite ${SOCKETS} ${behaviour} sockets of one IPv6 network`, (context) =>
      underAttack(context, {
        server,
        attack: { behaviour, from: (index) => forwarded(`2001:db8:bad:${index.toString(16)}::1`) },
        camera: forwarded('2001:db8:5:5::1'),
      }));

    test(`a known camera reconnects despite ${behaviour} sockets of ${SOCKETS} networks`, (context) =>
      underAttack(context, {
        server,
        attack: { behaviour, from: (index) => forwarded(`198.51.100.${index}`) },
        camera: forwarded('203.0.113.7'),
        known: true,
      }));
  }

  test('a camera in the private network connects despite sockets from everywhere', (context) =>
    underAttack(context, {
      server,
      attack: { behaviour: 'silent', from: (index) => forwarded(`198.51.100.${index}`) },
      camera: forwarded('192.168.1.20'),
    }));
});

suite('in the private network', async () => {
  const server = await ServerProcess.start();
  after(() => server.stop());

  for (const [where, localAddress] of [
    ['another device', '127.0.0.66'],
    ['its own address', '127.0.0.1'],
  ] as const)
    test(`a camera connects despite silent sockets of ${where}`, (context) =>
      underAttack(context, {
        server,
        attack: { behaviour: 'silent', from: () => ({ localAddress }) },
        camera: { localAddress: '127.0.0.1' },
      }));
});
