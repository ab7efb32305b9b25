/** Messages between a site and its edges. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { FRAME_KEY_BYTES, openFrame, sealFrame } from '../../../server/core/edges/frame-seal.ts';
import { readEdgeOf, readEdgeSubject, readStreamSubject } from '../../../server/core/edges/subjects.ts';
import { readFromEdge, readFromSite } from '../../../server/edges/edge-message-reader.ts';
import { EDGE_FRAME_HEADER_BYTES, readEdgeFrame } from '../../../server/wire/edge-frame.ts';
import {
  CAMERA_DEMAND,
  CAMERA_OFFER,
  EDGE_HELLO,
  HELLO_ANSWER,
  SITE_CLAIM,
  TUNNEL_REQUEST,
} from '../../../server/wire/edge-messages.ts';
import { readTunnelMessage, writeTunnelMessage } from '../../../server/wire/tunnel-message.ts';
import { mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const header = {
  epoch: 1,
  sequence: 2,
  layer1Count: 3,
  layer2Count: 4,
  layer: { tid: 2, layerSync: true },
  keyframe: false,
  repeated: false,
  timestamp90k: 5,
  captureUs: 1_795_438_012_514_000,
  receivedUs: 1_795_438_012_514_001,
  decodeStartUs: 1_795_438_012_514_002,
  decodedUs: 1_795_438_012_514_003,
  encodedUs: 1_795_438_012_514_004,
  width: 640,
  height: 480,
} as const;
const KEY = { id: 7, key: new Uint8Array(FRAME_KEY_BYTES) };
const frame = sealFrame(KEY, header, Uint8Array.of(0x31, 2, 3));
const tunnelled = fc.constantFrom(
  writeTunnelMessage('data', 1, { data: Uint8Array.of(1, 2, 3) }),
  writeTunnelMessage('credit', 2, { creditBytes: 65_536 }),
  writeTunnelMessage('end', 3),
);
const said = fc.constantFrom(
  '{"version":1,"rungs":[{"rung":"full","limitBps":800000},{"rung":"tiny","limitBps":null}]}',
  '{"version":1,"t1":1,"t2":2,"lapsesInMs":7000,"rungs":[{"name":"full","width":640,"height":480,"bitrateBps":950000}]}',
  '{"version":1,"t1":1,"t2":2,"lapsesInMs":7000,"rungs":null,"key":{"id":7,"secret":"ABEiM0RVZneImaq7zN3u_w"}}',
  '{"version":1,"software":"0.1.0"}',
  '{"version":1,"software":"0.1.0","admitted":true}',
  '{"version":1,"instance":"7f8a1f1e-4c1c-4b0e-9d41-0d6d5c5f6f10","holds":true}',
  '{"version":1,"stream":"0123456789abcdef","address":"192.0.2.1","secure":true}',
);
const subject = fc
  .array(
    fc.oneof(
      fc.constantFrom('vigie', 'home', 'demand', 'up', 'open', 'hello', 'full', ''),
      fc.string({ maxLength: 70 }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((tokens) => tokens.join('.'));

export const edges: FuzzTarget = {
  name: 'edges',
  cases: [
    fuzzCase(
      'any message is a frame with a picture, or is refused with the reason',
      mutatedBytes(fc.constant(frame)),
      (bytes) => {
        const read = readEdgeFrame(bytes);
        if (typeof read === 'string') return assert.ok(read.length < 100);
        assert.ok(read.sealed.length > 0 && read.sealed.length <= bytes.length - EDGE_FRAME_HEADER_BYTES);
        assert.ok((openFrame(KEY.key, read)?.length ?? 1) > 0);
        assert.ok(Number.isSafeInteger(read.captureUs) && Number.isSafeInteger(read.encodedUs));
        assert.ok(read.width > 0 && read.height > 0);
      },
    ),
    fuzzCase(
      'any message is one of a tunnel, or is refused with the reason',
      mutatedBytes(tunnelled),
      (bytes) => {
        const read = readTunnelMessage(bytes);
        if (typeof read === 'string') assert.ok(read.length < 100);
        else assert.ok(read.data.length + 8 <= bytes.length);
      },
    ),
    fuzzCase(
      'whatever an edge or a site says is read or refused',
      mutatedBytes(said.map((text) => Buffer.from(text))),
      (bytes) => {
        assert.equal(readFromEdge(CAMERA_DEMAND, bytes).version, 1);
        assert.equal(readFromEdge(TUNNEL_REQUEST, bytes).version, 1);
        assert.equal(readFromEdge(EDGE_HELLO, bytes).version, 1);
        for (const schema of [CAMERA_OFFER, HELLO_ANSWER, SITE_CLAIM]) readFromSite<unknown>(schema, bytes);
      },
    ),
    fuzzCase('any subject names who sends on it, or nobody', subject, (text) => {
      const edge =
        readEdgeSubject(text)?.edge ??
        readStreamSubject(text)?.edge ??
        readEdgeOf('open', text) ??
        readEdgeOf('hello', text);
      if (edge !== undefined) assert.ok(text.includes(`.${edge}`));
    }),
  ],
};
