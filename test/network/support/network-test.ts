/**
 * `networkTest` is `test` for cases that need their own network. On a machine that cannot make one the case is skipped
 * with the reason; with VIGIE_REQUIRE_NETWORK=1, as on CI, it fails.
 */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { installOnDebian } from '../../support/debian-packages.ts';
import { NatRouter } from './nat-router.ts';
import { Network } from './network.ts';

/** By the program that shows whether it is installed. */
const PACKAGES = {
  '/usr/sbin/ip': 'iproute2',
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/sysctl': 'procps',
  '/usr/bin/turnserver': 'coturn',
  '/usr/bin/caddy': 'caddy',
  '/usr/sbin/haproxy': 'haproxy',
  '/usr/bin/openssl': 'openssl',
};

/** Installs missing programs where possible. Call it once, before files run side by side. */
export function ensureNetworkPrograms(): void {
  const missing = missingPrograms();
  if (missing.length > 0) installOnDebian(missing.map(([, name]) => name));
}

export function networkTest(name: string, run: (context: TestContext) => Promise<void>): void {
  const lack = whatIsLacking();
  const isRequired = process.env['VIGIE_REQUIRE_NETWORK'] === '1';
  test(name, { skip: lack !== undefined && !isRequired && lack }, async (context) => {
    assert.equal(lack, undefined, 'this machine must be able to make networks');
    await run(context);
  });
}

function missingPrograms(): [string, string][] {
  return Object.entries(PACKAGES).filter(([path]) => !existsSync(path));
}

let known: { lack: string | undefined } | undefined;

/** @returns why no network can be made here, by trying a small one */
function whatIsLacking(): string | undefined {
  known ??= { lack: findLack() };
  return known.lack;
}

function findLack(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a feature of Linux';
  if (process.getuid?.() !== 0) return 'making network namespaces needs root';
  const missing = missingPrograms();
  if (missing.length > 0) return `not installed: ${missing.map(([, name]) => name).join(', ')}`;
  try {
    using network = new Network();
    const router = network.addHost('router');
    network.plug(router, 'lan', 'wire', '192.168.1.1/24');
    network.plug(router, 'wan', 'internet', '51.15.7.1/24');
    const forwardedPorts = [{ name: 'web', protocol: 'tcp', port: 80, to: '192.168.1.2' }] as const;
    assert.equal(new NatRouter(router, { forwardedPorts }).packets('web'), 0);
    return undefined;
  } catch (error) {
    return `this machine makes no networks: ${String(error)}`;
  }
}
