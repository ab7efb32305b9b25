/** A site that reaches NATS over TLS, over WebSockets, and with the credentials of an operator. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { sitePermissions } from '../../server/core/edges/subjects.ts';
import type { CertificatePair } from '../../server/core/certificate-pair.ts';
import type { SiteEdgesView } from '../../server/wire/site-edges.ts';
import { makeCertificate } from '../support/certificates.ts';
import { NatsOperator } from '../support/nats-operator.ts';
import { NatsServer, type NatsServerOptions } from '../support/nats-server.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const SITE = 'home';
const USERS = [{ name: SITE, account: 'household', permissions: sitePermissions(SITE) }];

let certificate: CertificatePair;
before(async () => void (certificate = await makeCertificate()));

async function openNats(
  t: TestContext,
  users: typeof USERS,
  options: NatsServerOptions,
): Promise<NatsServer> {
  const nats = await NatsServer.start(users, options);
  t.after(() => nats.stop());
  return nats;
}

interface SiteSettings {
  url: string;
  credentials: string;
  /** Trusted by the machine. */
  authority?: string;
}

async function openSite(
  t: TestContext,
  { url, credentials, authority }: SiteSettings,
): Promise<ServerProcess> {
  const authorityFile = join(temporaryFolder(t), 'authority.pem');
  if (authority !== undefined) writeFileSync(authorityFile, authority);
  const site = await ServerProcess.start({
    files: { 'nats.txt': credentials },
    env: {
      VIGIE_NATS_URL: url,
      VIGIE_NATS_CREDENTIALS: 'nats.txt',
      VIGIE_SITE: SITE,
      ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authorityFile }),
    },
  });
  t.after(() => site.stop());
  return site;
}

async function assertShown(site: ServerProcess): Promise<void> {
  const admin = await site.admin();
  await until('the site is at NATS', async () => {
    const { state } = await admin.request<SiteEdgesView>('GET', '/edges');
    return state === 'shown';
  });
}

for (const scheme of ['tls', 'wss'] as const)
  test(`a site reaches NATS by ${scheme}: where the machine trusts its certificate`, async (t) => {
    const nats = await openNats(t, USERS, { tls: certificate });
    const url = `${scheme}://localhost:${scheme === 'tls' ? nats.port : nats.webSocketPort}`;
    const credentials = nats.credentialsOf(SITE);
    await assertShown(await openSite(t, { url, credentials, authority: certificate.cert }));
  });

test('a site tells nothing to a NATS whose certificate nobody vouches for', async (t) => {
  const nats = await openNats(t, USERS, { tls: certificate });
  const url = `tls://localhost:${nats.port}`;
  const site = await openSite(t, { url, credentials: nats.credentialsOf(SITE) });
  await site.child.line(/failed to connect to NATS/);
  assert.match(site.child.output, /self-signed certificate/);
  const admin = await site.admin();
  assert.equal((await admin.request<SiteEdgesView>('GET', '/edges')).state, 'away');
});

test('a site signs in with a .creds file at the NATS of an operator', async (t) => {
  const operator = new NatsOperator();
  const nats = await openNats(t, [], { more: operator.configuration });
  const credentials = operator.credentialsOf(sitePermissions(SITE));
  await assertShown(await openSite(t, { url: nats.url, credentials }));
});
