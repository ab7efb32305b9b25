/** Headers of requests: the client's address, the requesting page, and the cookies. */

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Request } from 'express';
import * as fc from 'fast-check';
import { clientConnections } from '../../../server/http/client-connection.ts';
import { isSameOrigin, isSameOriginFetch } from '../../../server/http/same-origin.ts';
import { mediaTokenOf, refreshTokenOf } from '../../../server/accounts/session-cookies.ts';
import { trustedProxies } from '../../../server/http/trusted-proxies.ts';
import { networkOf } from '../../../server/core/address/network.ts';
import { headerText } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((text) => `::ffff:${text}`),
  fc.constant('fe80::1%eth0'),
);
const hop = fc.oneof(
  address,
  fc.tuple(address, fc.nat(70_000)).map(([text, port]) => `${text}:${port}`),
  address.map((text) => `[${text}]:1`),
  headerText,
);
const forwarded = fc.oneof(
  fc.array(hop, { maxLength: 6 }).map((hops) => hops.join(', ')),
  headerText,
);
const text = fc.option(headerText, { nil: undefined });
const headers = fc.record({
  host: text,
  origin: fc.option(fc.oneof(headerText, fc.webUrl(), fc.constantFrom('null', 'https://a', 'http://a:80')), {
    nil: undefined,
  }),
  'x-forwarded-for': fc.option(forwarded, { nil: undefined }),
  'x-forwarded-proto': fc.option(fc.oneof(fc.constantFrom('https', 'http, https', 'HTTPS,wss'), headerText), {
    nil: undefined,
  }),
  'x-forwarded-host': text,
  'sec-fetch-site': text,
  cookie: fc.option(
    fc.oneof(
      headerText,
      fc
        .array(
          fc.tuple(fc.constantFrom('vigie_refresh', '__Host-vigie_media', '__proto__', 'a'), headerText),
          { maxLength: 5 },
        )
        .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('; ')),
    ),
    { nil: undefined },
  ),
});

const isTrusted = trustedProxies(['127.0.0.9', '10.0.0.0/8', 'fd00::/8']);
const connectionOf = clientConnections(isTrusted, () => false);

export const requestHeaders: FuzzTarget = {
  name: 'headers',
  cases: [
    fuzzCase(
      'any headers yield an address, and untrusted ones change nothing',
      fc.tuple(
        headers,
        fc.oneof(address, fc.constantFrom('', '127.0.0.9', '::ffff:127.0.0.9', '10.1.2.3')),
        fc.boolean(),
      ),
      ([given, remoteAddress, encrypted]) => {
        const request = requestOf(given, remoteAddress, encrypted);
        const connection = connectionOf(request);
        assert.ok(connection.address === '' || isIP(connection.address) !== 0, connection.address);
        networkOf(connection.address);
        if (!isTrusted(remoteAddress)) {
          const bare = connectionOf(requestOf({ host: given.host }, remoteAddress, encrypted));
          assert.deepEqual({ ...connection, isPrivate: bare.isPrivate }, bare);
          assert.ok(bare.isPrivate || !connection.isPrivate, 'a header makes no client private');
        }
        isSameOrigin(request, connectionOf);
        isSameOriginFetch(request);
        for (const token of [refreshTokenOf(request, connection), mediaTokenOf(request, connection)])
          assert.ok(token === undefined || typeof token === 'string');
      },
    ),
    fuzzCase('an address and its network are the same for every spelling', fc.ipV6(), (given) => {
      const network = networkOf(given);
      assert.equal(networkOf(given.toUpperCase()).toLowerCase(), network.toLowerCase());
    }),
  ],
};

function requestOf(
  given: Partial<Record<string, string | undefined>>,
  remoteAddress: string,
  encrypted: boolean,
): Request {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const request: Pick<IncomingMessage, 'headers'> & { socket: object } = {
    headers: Object.fromEntries(set),
    socket: { remoteAddress, encrypted },
  };
  return request as unknown as Request;
}
