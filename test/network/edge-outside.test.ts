/**
 * A house behind a router that lets nothing in, and an edge on the rented machine: the house has nothing but the line of its
 * invitation, and there is no relay.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ServerProcess } from '../support/server-process.ts';
import { Edge, WEB_NAME, WEB_URL } from './support/edge.ts';
import { HomeAndAway, RENTED_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import { Program } from './support/program.ts';
import { HTTP_PORT, RTC_PORT, startServer, Watching } from './support/watching.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NATS_PORT = 4222;
const INNER_PORT = 8090;

/** @returns the invitation that `vigie site` prints */
function invite(users: string, words: readonly string[], natsUrl: string): string {
  const args = ['server/command-line/main.ts', 'site', ...words, '--nats', natsUrl, '--users', users];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  const [, invitation = ''] = /^VIGIE_INVITATION=(\S+)/.exec(stdout) ?? [];
  assert.ok(invitation, stderr);
  return invitation;
}

networkTest('a house nothing comes in to is watched through an edge, without a relay', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-nats-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const users = join(folder, 'users.json');
  const atHome = invite(users, ['invite', 'home'], `tls://${WEB_NAME}:${NATS_PORT}`);
  const atEdge = invite(users, ['edge', 'paris', '--site', 'home'], `ws://127.0.0.1:${INNER_PORT}`);

  using networks = new HomeAndAway({ names: { [WEB_NAME]: RENTED_ADDRESS } });
  const { rented, server: house, viewer } = networks;
  await using services = await Edge.start({
    web: rented,
    upstream: `127.0.0.1:${HTTP_PORT}`,
    turn: rented,
    turnAddress: RENTED_ADDRESS,
  });
  await using nats = await Program.start(rented, {
    command: 'sh',
    args: [join(ROOT, 'turn/nats-start.sh')],
    env: {
      NATS_NAME: WEB_NAME,
      NATS_USERS: users,
      NATS_CERT_DIR: services.certificates,
      NATS_INNER_LISTEN: `127.0.0.1:${INNER_PORT}`,
      NATS_RUN_DIR: join(folder, 'run'),
      NATS_WATCH_SECONDS: '1',
    },
    port: NATS_PORT,
  });
  await using site = await startServer(house, {
    VIGIE_INVITATION: atHome,
    VIGIE_EDGE_ADMINISTRATORS: '1',
    NODE_EXTRA_CA_CERTS: services.authority,
  });
  await using edge = await ServerProcess.start({
    prefix: rented.prefix,
    env: {
      VIGIE_INVITATION: atEdge,
      VIGIE_HTTP_PORT: String(HTTP_PORT),
      VIGIE_RTC_PORT: String(RTC_PORT),
      VIGIE_ANNOUNCED_ADDRESS: RENTED_ADDRESS,
      VIGIE_TRUSTED_PROXIES: 'loopback',
    },
  });
  await edge.child.line(/site reached/);
  assert.match(nats.output, /Listening for websocket clients/);
  await using watching = await Watching.start(viewer, site, WEB_URL, { args: services.chromiumArgs });
  const timeMs = await watching.timeToVideoMs();
  const path = await watching.untilMoving();
  assert.equal(path?.remote, `${RENTED_ADDRESS}:${RTC_PORT}`);
  assert.notEqual(path.local, 'relay');
  context.diagnostic(`time to video: ${Math.round(timeMs)} ms`);
});
