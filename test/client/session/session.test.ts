import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ApiError } from '../../../client/http/api-error.ts';
import { hintsAtSession, Session } from '../../../client/session/session.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server that answers as `handle` says; closed with the test. */
async function serve(context: TestContext, handle: Handler): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.closeAllConnections());
  context.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answerSession(response: ServerResponse, accessToken: string, expiresIn = 900): void {
  const user = { id: 'u1', username: 'ada', role: 'viewer' };
  response
    .setHeader('content-type', 'application/json')
    .end(JSON.stringify({ accessToken, expiresIn, user }));
}

function answerProblem(response: ServerResponse, status: number, code: string, detail: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', title: 'No', status, detail, code }));
}

test('simultaneous callers share one refresh', async (context) => {
  let refreshes = 0;
  const server = await serve(context, (_request, response) =>
    answerSession(response, `token ${++refreshes}`),
  );
  const session = new Session({ server });
  const tokens = await Promise.all([session.accessToken(), session.accessToken(), session.accessToken()]);
  assert.deepEqual(tokens, ['token 1', 'token 1', 'token 1']);
  assert.equal(session.user?.username, 'ada');
});

test('a token is used until it is about to expire, then renewed', async (context) => {
  let refreshes = 0;
  let nowMs = 0;
  const server = await serve(context, (_request, response) =>
    answerSession(response, `token ${++refreshes}`, 100),
  );
  const session = new Session({ server, now: () => nowMs });
  assert.equal(await session.accessToken(), 'token 1');
  nowMs = 69_000;
  assert.equal(await session.accessToken(), 'token 1');
  nowMs = 71_000;
  assert.equal(await session.accessToken(), 'token 2');
  assert.equal(await session.accessToken(200_000), 'token 3');
});

test('a token the server rejected is not used again', async (context) => {
  let refreshes = 0;
  const server = await serve(context, (_request, response) =>
    answerSession(response, `token ${++refreshes}`),
  );
  const session = new Session({ server });
  session.rejectToken(await session.accessToken());
  assert.equal(await session.accessToken(), 'token 2');
  session.rejectToken('token 1');
  assert.equal(await session.accessToken(), 'token 2');
});

test('a refused refresh ends the session, and no further request is made', async (context) => {
  let requests = 0;
  const server = await serve(context, (_request, response) => {
    requests++;
    answerProblem(response, 401, 'unauthorized', 'No session.');
  });
  const session = new Session({ server });
  await session.restore();
  assert.equal(session.state.kind, 'signedOut');
  await assert.rejects(session.accessToken(), { code: 'unauthorized' });
  assert.equal(requests, 1);
});

test('a server fault does not end the session', async (context) => {
  let broken = false;
  let refreshes = 0;
  const server = await serve(context, (_request, response) => {
    if (broken) response.writeHead(503).end();
    else answerSession(response, `token ${++refreshes}`);
  });
  const session = new Session({ server });
  session.rejectToken(await session.accessToken());
  broken = true;
  await assert.rejects(session.accessToken(), ApiError);
  assert.equal(session.state.kind, 'signedIn');
  broken = false;
  assert.equal(await session.accessToken(), 'token 2');
});

test('restoring waits for a server that is not reachable yet', async (context) => {
  let requests = 0;
  const server = await serve(context, (request, response) => {
    if (++requests < 3) request.socket.destroy();
    else answerSession(response, 'token');
  });
  const session = new Session({ server });
  await session.restore();
  assert.equal(session.state.kind, 'signedIn');
});

test("wrong credentials are shown with the server's text", async (context) => {
  const server = await serve(context, (_request, response) =>
    answerProblem(response, 401, 'wrongCredentials', 'The user name or the password is wrong.'),
  );
  const session = new Session({ server });
  await assert.rejects(session.signIn('ada', 'wrong'), {
    code: 'wrongCredentials',
    message: 'The user name or the password is wrong.',
  });
});

test('an answer without problem details becomes a sentence with the status', async (context) => {
  const server = await serve(context, (_request, response) => response.writeHead(502).end('<h1>nginx</h1>'));
  await assert.rejects(new Session({ server }).signIn('ada', 'pw'), {
    code: 'unexpected',
    status: 502,
    message: /502/,
  });
});

test('signing out sends the token and forgets it', async (context) => {
  const authorizations: (string | undefined)[] = [];
  const server = await serve(context, (request, response) => {
    if (request.url === '/api/auth/logout') {
      authorizations.push(request.headers.authorization);
      response.writeHead(204).end();
    } else answerSession(response, 'token');
  });
  const session = new Session({ server });
  await session.signIn('ada', 'pw');
  await session.signOut();
  assert.deepEqual(authorizations, ['Bearer token']);
  assert.equal(session.state.kind, 'signedOut');
});

test('a refresh that is answered after signing out does not sign in again', async (context) => {
  const held: ServerResponse[] = [];
  const asked = Promise.withResolvers<void>();
  const server = await serve(context, (request, response) => {
    if (request.url === '/api/auth/refresh') {
      held.push(response);
      asked.resolve();
    } else if (request.url === '/api/auth/login') answerSession(response, 'token', 0);
    else response.writeHead(204).end();
  });
  const session = new Session({ server });
  await session.signIn('ada', 'pw');
  const token = assert.rejects(session.accessToken(), { code: 'unauthorized' });
  await asked.promise;
  await session.signOut();
  for (const response of held) answerSession(response, 'late token');
  await token;
  assert.equal(session.state.kind, 'signedOut');
});

test('without a sign of a session the server is not asked', async (context) => {
  let requests = 0;
  const server = await serve(context, (_request, response) => {
    requests++;
    answerSession(response, 'token');
  });
  const cookies = { text: 'theme=dark; not_vigie_session=1' };
  const session = new Session({ server, mayHaveSession: () => hintsAtSession(cookies.text) });
  await session.restore();
  assert.deepEqual(session.state, { kind: 'signedOut' });
  assert.equal(requests, 0);
  cookies.text = 'theme=dark; vigie_session=1';
  const next = new Session({ server, mayHaveSession: () => hintsAtSession(cookies.text) });
  await next.restore();
  assert.equal(next.state.kind, 'signedIn');
});
