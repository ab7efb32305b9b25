import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { Workshop } from '../support/host-camera.ts';
import { installOnDebian } from '../support/debian-packages.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { DeployedCaddy } from './support/deployed-caddy.ts';
import { DeployedCoturn } from './support/deployed-coturn.ts';
import { freePort } from './support/free-port.ts';

const CONFIG = resolve(import.meta.dirname, '../../turn/haproxy.cfg');
const HAPROXY = '/usr/sbin/haproxy';
const TURN_NAME = 'turn.vigie.test';

/** @returns its port */
async function startHaproxy(context: TestContext, env: Record<string, string>): Promise<number> {
  if (!existsSync(HAPROXY)) installOnDebian(['haproxy']);
  const port = await freePort();
  const { PATH = '' } = process.env;
  const haproxy = spawn(HAPROXY, ['-db', '-f', CONFIG], {
    env: { PATH, VIGIE_TURN_NAME: TURN_NAME, HAPROXY_PORT: String(port), ...env },
    stdio: 'ignore',
  });
  context.after(async () => {
    haproxy.kill('SIGTERM');
    if (haproxy.exitCode === null && haproxy.signalCode === null) await once(haproxy, 'exit');
  });
  await until('haproxy listens', async () => {
    const probe = connect(port, '127.0.0.1');
    const answer = await Promise.race([
      once(probe, 'connect').then(() => true),
      once(probe, 'close').then(() => false),
    ]).catch(() => false);
    probe.destroy();
    return answer;
  });
  return port;
}

test('one port serves TURN over TLS and the web, selected by the requested server name', async (context) => {
  const workshop = new Workshop();
  const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
  const caddy = await DeployedCaddy.start(server.url);
  const coturn = await DeployedCoturn.start({ TURN_CERT_NAME: TURN_NAME });
  context.after(async () => {
    await coturn.stop();
    await caddy.stop();
    await server.stop();
    workshop[Symbol.dispose]();
  });
  const certificate = workshop.certificate(TURN_NAME);
  coturn.putCertificate(certificate, TURN_NAME);
  await coturn.says(/starting with TLS/);
  await until('coturn’s TLS port is open', () => coturn.listeningTcpPorts.length === 2);

  const port = await startHaproxy(context, {
    COTURN_ADDRESS: `${coturn.host}:${coturn.tlsPort}`,
    CADDY_ADDRESS: `127.0.0.1:${caddy.httpsPort}`,
  });
  using client = await coturn.client(coturn.credentials(), {
    host: '127.0.0.1',
    port,
    transport: 'tls',
    ca: certificate.cert,
    servername: TURN_NAME,
  });
  await client.allocate();
  assert.equal((await fetch(`https://localhost:${port}/api/health`)).status, 200);

  // No name, as for clients that connect by address: the web.
  const nameless = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(nameless, 'secureConnect');
  assert.match(nameless.getPeerX509Certificate()?.subjectAltName ?? '', /localhost/);
  nameless.destroy();

  // Not TLS: closed.
  const plain = connect(port, '127.0.0.1');
  plain.on('error', () => undefined);
  plain.end('GET / HTTP/1.1\r\n\r\n');
  plain.resume();
  await once(plain, 'close');
  assert.equal(plain.bytesRead, 0);
});

test('Caddy gets the client’s address in front of the client’s own bytes', async (context) => {
  const caddy = createServer();
  caddy.listen(0, '127.0.0.1');
  await once(caddy, 'listening');
  context.after(() => caddy.close());
  const port = await startHaproxy(context, {
    COTURN_ADDRESS: '127.0.0.1:9',
    CADDY_ADDRESS: `127.0.0.1:${(caddy.address() as AddressInfo).port}`,
    CADDY_PROXY_PROTOCOL: 'on',
  });
  const arrives = once(caddy, 'connection');
  const client = connectTls({ port, host: '127.0.0.1', servername: 'vigie.test' });
  client.on('error', () => undefined);
  const [socket] = (await arrives) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  // PROXY protocol, version 2: signature, version and command, family, length, source address.
  assert.equal(bytes.toString('latin1', 0, 12), '\r\n\r\n\0\r\nQUIT\n');
  assert.deepEqual([bytes[12], bytes[13]], [0x21, 0x11]);
  assert.equal([...bytes.subarray(16, 20)].join('.'), '127.0.0.1');
  assert.equal(bytes[16 + bytes.readUInt16BE(14)], 0x16, 'then the ClientHello');
  client.destroy();
  socket.destroy();
});

test('Caddy trusts only haproxy’s PROXY header', () => {
  const listener = readFileSync(resolve(CONFIG, '../caddy-listener.conf'), 'utf8');
  assert.match(listener, /allow \{\$HAPROXY_ADDRESS\}\/32\n/);
});
