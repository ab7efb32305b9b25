import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { connect, type ConnectionOptions } from 'node:tls';
import { Workshop } from '../support/host-camera.ts';
import { until } from '../support/until.ts';
import { DeployedCoturn, OWN_ADDRESS } from './support/deployed-coturn.ts';
import type { TurnClient } from './support/turn-client.ts';

const NAME = 'vigie.test';
const workshop = new Workshop();
const coturn = await DeployedCoturn.start({ TURN_ALLOWED_PEERS: OWN_ADDRESS ?? '' });
after(async () => {
  await coturn.stop();
  workshop[Symbol.dispose]();
});

function overTls(ca: string): Promise<TurnClient> {
  return coturn.client(coturn.credentials(), { ...coturn.server('tls'), ca, servername: NAME });
}

function fingerprint(cert: string): string {
  return new X509Certificate(cert).fingerprint256;
}

test('without a certificate there is no TLS port, and TURN still works', async () => {
  assert.deepEqual(coturn.listeningTcpPorts, [coturn.port]);
  using client = await coturn.client();
  await client.allocate();
});

const first = workshop.certificate(NAME);

test('TURN is served over TLS once Caddy has its first certificate', async () => {
  coturn.putCertificate(first);
  await coturn.says(/starting with TLS/);
  await until('the TLS port is open', () => coturn.listeningTcpPorts.length === 2);
  using client = await overTls(first.cert);
  assert.equal(client.peerFingerprint, fingerprint(first.cert));
  await client.allocate();
  await client.permit(OWN_ADDRESS ?? '');
  await assert.rejects(overTls(workshop.certificate('somebody.else').cert), { code: /SELF_SIGNED|UNABLE/ });
});

test('after a renewal the next client gets the new certificate, and relays in use continue', async () => {
  using before = await overTls(first.cert);
  await before.allocate();
  const second = workshop.certificate(NAME);
  coturn.putCertificate(second);
  await coturn.says(/certificate has changed/);
  using next = await until('the new certificate is shown', async () =>
    overTls(second.cert).catch(() => undefined),
  );
  assert.equal(next.peerFingerprint, fingerprint(second.cert));
  assert.equal(await before.refresh(600), 600);
});

test('TLS 1.0 and 1.1 are refused', async () => {
  const { host, tlsPort: port } = coturn;
  const lenient: ConnectionOptions = {
    host,
    port,
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ciphers: 'ALL:@SECLEVEL=0',
  };
  const old = (['TLSv1', 'TLSv1.1'] as const).map((maxVersion) => connect({ ...lenient, maxVersion }));
  let spoken = 0;
  for (const socket of old) socket.on('error', () => undefined).on('secureConnect', () => spoken++);
  await Promise.all(old.map((socket) => once(socket, 'connect')));
  // Coturn does not refuse but stays silent; later clients with answers show that an answer would have arrived.
  for (let i = 0; i < 5; i++) {
    const modern = connect(lenient);
    await once(modern, 'secureConnect');
    modern.destroy();
  }
  assert.equal(spoken, 0);
  for (const socket of old) socket.destroy();
});
