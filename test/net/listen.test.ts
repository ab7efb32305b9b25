import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { suite, test } from 'node:test';
import { listen, listenError, type ListenAttempt } from '../../server/net/listen.ts';
import { portOwner } from '../../server/net/port-owner.ts';

const attempt: ListenAttempt = {
  protocol: 'TCP',
  port: 80,
  purpose: 'viewers',
  setting: 'VIGIE_RTC_TCP_PORT',
};
const failure = (code: string): Error => Object.assign(new Error(code), { code });

suite('listening', () => {
  test('takes any free port for 0 and returns it', async (context) => {
    const server = createServer();
    context.after(() => server.close());
    assert.ok((await listen(server, { ...attempt, port: 0 })) > 0);
    assert.equal(server.listenerCount('error'), 0);
  });

  test('a privileged port, and any other failure, is one line that names the setting', () => {
    assert.equal(
      listenError(failure('EACCES'), attempt).message,
      'this user may not open TCP port 80 for viewers: set VIGIE_RTC_TCP_PORT to a port above 1023',
    );
    const host = { host: '192.0.2.1', hostSetting: 'VIGIE_HTTP_HOST' };
    assert.equal(
      listenError(failure('EADDRNOTAVAIL'), { ...attempt, ...host }).message,
      'cannot listen on TCP port 80 of 192.0.2.1 for viewers (EADDRNOTAVAIL): check VIGIE_HTTP_HOST and VIGIE_RTC_TCP_PORT',
    );
  });

  test(
    'the program on a port is named, for TCP and UDP',
    { skip: process.platform !== 'linux' },
    async (context) => {
      const server = createServer().listen(0, '127.0.0.1');
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      context.after(() => {
        server.close();
        socket.close();
      });
      await Promise.all([once(server, 'listening'), once(socket, 'listening')]);
      const address = server.address();
      assert.ok(typeof address === 'object' && address);
      for (const owner of [portOwner('TCP', address.port), portOwner('UDP', socket.address().port)])
        assert.match(owner ?? '', new RegExp(`\\(process ${process.pid}\\)$`));
    },
  );
});
