import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import express from 'express';
import { WebSocket } from 'ws';
import { locationsUnder, stripBasePath } from '../../server/http/base-path.ts';
import { clientFiles } from '../../server/http/client-files.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { createLog } from '../../server/log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PAGE = `<html data-base-path=""><link href="./favicon.svg" /><script src="./assets/app.js"></script><a href="https://a.example/">`;

suite('the base path', () => {
  test('is taken off, and what is not below it stays', () => {
    for (const [url, expected] of [
      ['/vigie/api/users?x=/vigie/', '/api/users?x=/vigie/'],
      ['/vigie/', '/'],
      ['/vigie', '/'],
      ['/vigie?x', '/?x'],
      ['/api/users', '/api/users'],
      ['/vigiex/api', '/vigiex/api'],
      ['/VIGIE/api', '/VIGIE/api'],
      ['http://host/vigie/', 'http://host/vigie/'],
      ['*', '*'],
    ] as const) {
      const request = { url } as IncomingMessage;
      stripBasePath(request, '/vigie');
      assert.equal(request.url, expected, url);
      const untouched = { url } as IncomingMessage;
      stripBasePath(untouched, '');
      assert.equal(untouched.url, url);
    }
  });

  test('stands in front of the page’s files and of what was made, and is left out by whoever likes', async (context) => {
    const folder = join(temporaryFolder(context), 'dist');
    await mkdir(join(folder, 'assets'), { recursive: true });
    await writeFile(join(folder, 'index.html'), PAGE);
    await writeFile(join(folder, 'assets', 'app.js'), 'export {};');
    const app = express().use(locationsUnder('/vigie'));
    app.post('/api/things', (_request, response) => void response.location('/api/things/1').sendStatus(201));
    app.get('/api/away', (_request, response) => response.redirect('https://other.example/'));
    app.use(clientFiles(folder, '/vigie'));
    const upgraded: string[] = [];
    const server = new HttpServer({
      app,
      upgrades: {
        '/camera': (request, socket) => {
          upgraded.push(request.url ?? '');
          socket.destroy();
        },
      },
      basePath: '/vigie',
      log: createLog('silent'),
    });
    context.after(() => server.close());
    const port = await server.listen(0, '127.0.0.1');
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { accept: 'text/html' },
        redirect: 'manual',
        ...init,
      });
    for (const path of ['/vigie/', '/vigie', '/', '/vigie/camera/cam_1/events', '/camera/cam_1']) {
      const text = await (await ask(path)).text();
      assert.equal(
        text,
        `<html data-base-path="/vigie"><link href="/vigie/favicon.svg" /><script src="/vigie/assets/app.js"></script><a href="https://a.example/">`,
        path,
      );
    }
    for (const path of ['/vigie/assets/app.js', '/assets/app.js', '/vigie/healthz', '/healthz'])
      assert.equal((await ask(path)).status, 200, path);
    const made = await ask('/vigie/api/things', { method: 'POST' });
    assert.equal(made.headers.get('location'), '/vigie/api/things/1');
    assert.equal((await ask('/vigie/api/away')).headers.get('location'), 'https://other.example/');
    for (const path of ['/vigie/camera?x', '/camera?x']) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
      await once(socket, 'error');
    }
    assert.deepEqual(upgraded, ['/camera?x', '/camera?x']);
  });
});
