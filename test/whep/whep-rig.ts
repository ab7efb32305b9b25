/** An API server with a real SFU, and clients that send the offer of a browser by an API key. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { serverClock } from '../../server/core/clock.ts';
import { createLog } from '../../server/log.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import type { KeyRight } from '../../server/wire/key-rights.ts';
import { make, startKeys } from '../accounts/api-key-rig.ts';
import type { ApiServerOptions } from '../support/api-server.ts';
import { NO_VIDEO } from '../support/no-video.ts';

export const OFFER = readFileSync(
  resolve(import.meta.dirname, '../fixtures/whep/chromium-offer.sdp'),
  'utf8',
);
export const OTHER_ICE = 'a=ice-ufrag:newer\r\na=ice-pwd:newer/password/of/many/letters\r\n';
export const PLAYER_SITE = 'https://player.example';

export interface Sent {
  body?: string;
  headers?: Record<string, string>;
}

const iceServers = (userId: string) => [
  { urls: ['stun:stun.example'] },
  { urls: ['turn:turn.example?transport=udp'], username: `1:${userId}`, credential: 'pass"word' },
];

const send = (method: string, url: string, secret: string | undefined, { body, headers }: Sent = {}) =>
  fetch(url, {
    method,
    headers: {
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
      ...(body !== undefined && { 'content-type': 'application/sdp' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });

export async function startWhep(context: TestContext, options: ApiServerOptions = {}) {
  const log = createLog('silent');
  const sfu = await Sfu.open({
    rtcPort: 0,
    announcedAddresses: ['192.0.2.1'],
    video: NO_VIDEO,
    clock: serverClock,
    log,
  });
  context.after(() => sfu.close());
  const rig = await startKeys(context, { sfu, iceServers, whepOrigins: [PLAYER_SITE], ...options });
  const { server, door, admin } = rig;
  const keyFor = async (rights: readonly KeyRight[] = ['live'], more: object = {}): Promise<string> =>
    (await make(admin, { everyCamera: rights, ...more })).body.secret;
  const endpoint = `${server.url}/api/cameras/${door}/whep`;
  /** A session, by its URL. */
  const open = async (secret: string): Promise<{ url: string; etag: string; answer: string }> => {
    const response = await send('POST', endpoint, secret, { body: OFFER });
    const answer = await response.text();
    if (response.status !== 201) throw new Error(`${response.status} ${answer}`);
    const url = new URL(response.headers.get('location') ?? '', endpoint).href;
    return { url, etag: response.headers.get('etag') ?? '', answer };
  };
  const patch = (url: string, secret: string, ifMatch: string | undefined, body: string) =>
    send('PATCH', url, secret, {
      body,
      headers: {
        'content-type': 'application/trickle-ice-sdpfrag',
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
      },
    });
  return { ...rig, sfu, keyFor, endpoint, send, open, patch };
}
