/** The owner's right password against attackers who try to lock the owner out, at the real server. */

import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { login, MadeUpNames, type LoginAnswer } from '../support/login-attack.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const AT_HOME = '192.168.1.20';

async function start(): Promise<ServerProcess> {
  const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
  after(() => server.stop());
  return server;
}

const rightFrom = ({ url, password }: ServerProcess, from: string, cookies?: string): Promise<LoginAnswer> =>
  login(url, from, 'admin', password, cookies);

/** @returns the number of attempts whose password was checked */
async function guess(
  { url }: ServerProcess,
  times: number,
  from: (index: number) => string,
): Promise<number> {
  let looked = 0;
  for (let index = 0; index < times; index++)
    if ((await login(url, from(index), 'admin', `guess ${index}`)).status === 401) looked++;
  return looked;
}

suite('wrong passwords for the owner’s account', async () => {
  const server = await start();

  test('from one home line with its 256 networks of /64 affect no other origin', async () => {
    assert.equal(await guess(server, 100, (index) => `2001:db8:5:${(index % 20).toString(16)}::1`), 20);
    assert.equal((await rightFrom(server, '203.0.113.7')).status, 200);
  });

  test('from twenty lines block unknown origins, but neither a known device nor the private network', async (context) => {
    const phone = await rightFrom(server, '203.0.113.7');
    await guess(server, 100, (index) => `2001:db8:${(0x100 + (index % 20)).toString(16)}:1::1`);
    const stranger = await rightFrom(server, '203.0.113.8');
    assert.equal(stranger.status, 429);
    assert.match(stranger.body.detail, /try again in/);
    const startedAt = performance.now();
    assert.equal((await rightFrom(server, AT_HOME)).status, 200);
    assert.equal((await rightFrom(server, '203.0.113.9', phone.cookies)).status, 200);
    context.diagnostic(`two sign-ins took ${Math.round(performance.now() - startedAt)} ms`);
    assert.equal((await login(server.url, AT_HOME, 'admin', 'wrong')).status, 401, 'a wrong one is wrong');
  });

  test('from a device in the private network slow down that one only', async () => {
    const fresh = await start();
    for (let index = 0; index < 7; index++)
      assert.equal((await login(fresh.url, '192.168.1.66', 'admin', 'a guess')).status, 401);
    assert.equal((await rightFrom(fresh, '192.168.1.66')).status, 200);
    assert.equal((await rightFrom(fresh, AT_HOME)).status, 200);
    assert.equal((await rightFrom(fresh, '203.0.113.7')).status, 200);
  });
});

suite('a flood of unknown names', async () => {
  const server = await start();
  const OWNERS_SIGN_INS = 5;

  for (const [whose, owner, from] of [
    // Each client has a /48, and another /64 of it for each attempt.
    [
      'eight /48 networks',
      '203.0.113.7',
      (client: number, attempt: number) => `2001:db8:${client % 8}:${attempt}::1`,
    ],
    [
      'networks everywhere',
      AT_HOME,
      (client: number, attempt: number) => `198.${18 + (attempt & 1)}.${client}.${attempt & 255}`,
    ],
  ] as const)
    test(`from ${whose} does not keep the owner from signing in`, async (context) => {
      await using flood = new MadeUpNames(server.url, 40, from);
      await until('the flood is on', () => flood.sent >= 80);
      const startedAt = performance.now();
      for (let index = 0; index < OWNERS_SIGN_INS; index++)
        assert.equal((await rightFrom(server, owner)).status, 200);
      const each = Math.round((performance.now() - startedAt) / OWNERS_SIGN_INS);
      context.diagnostic(`${each} ms each, beside ${flood.sent} attempts, ${flood.looked} of them looked at`);
    });
});
