import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRtcp } from '../../../server/core/rtp/rtcp-feedback.ts';
import { readTransportFeedback } from '../../../server/core/rtp/transport-feedback.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** Sender and media source. */
const SSRCS = '00000001 11223344';

function arrivals(text: string): (number | undefined)[] | undefined {
  return readTransportFeedback(hex(`${SSRCS} ${text}`), 8192)?.arrivals;
}

const none = undefined;

const WELL_FORMED: [what: string, bytes: string, expected: (number | undefined)[]][] = [
  ['a run of lost packets', '0001 0003 000000 00  0003', [none, none, none]],
  ['a run of small deltas', '0001 0003 000000 00  2003 00 04 ff', [0, 1000, 64_750]],
  ['a run of large deltas, one of them negative', '0001 0002 000000 00  4002 0100 fffc', [64_000, 63_000]],
  ['an empty run', '0001 0001 000000 00  0000 2001 01', [250]],
  [
    'one-bit statuses: 14 in a chunk',
    '0001 000e 000000 00  a001 04 04',
    [1000, ...Array.from({ length: 12 }, () => none), 2000],
  ],
  [
    'two-bit statuses: 7 in a chunk, small, large and lost',
    '0001 0007 000000 00  d801 04 0008 04',
    [1000, 3000, none, none, none, none, 4000],
  ],
  ['statuses beyond the count are not read', '0001 0002 000000 00  bfff 04 04', [1000, 2000]],
  ['a run that is longer than the count', '0001 0002 000000 00  3fff 04 04', [1000, 2000]],
  [
    'several chunks, one delta to the next',
    '0001 0005 000000 00  2002 0002 2001 04 04 04',
    [1000, 2000, none, none, 3000],
  ],
  ['nothing', '0001 0000 000000 00', []],
];

for (const [what, bytes, expected] of WELL_FORMED)
  test(`arrivals are read: ${what}`, () => assert.deepEqual(arrivals(bytes), expected));

const MALFORMED: [what: string, bytes: string][] = [
  ['too short for a header', '0001 0003 000000'],
  ['no chunk', '0001 0001 000000 00'],
  ['chunks that end before the count', '0001 0010 000000 00 a001'],
  ['half a chunk', '0001 0001 000000 00 20'],
  ['a small delta is missing', '0001 0002 000000 00 2002 04'],
  ['half of a large delta is missing', '0001 0001 000000 00 4001 04'],
  ['the reserved status, in a run', '0001 0001 000000 00 6001 04 04 04'],
  ['the reserved status, in a vector', '0001 0001 000000 00 f000 04 04 04'],
];

for (const [what, bytes] of MALFORMED)
  test(`malformed feedback yields nothing: ${what}`, () => assert.equal(arrivals(bytes), undefined));

test('the header is read: base, reference time, counter', () => {
  const { baseSequence, referenceTime, feedbackCount } =
    readTransportFeedback(hex(`${SSRCS} fffe 0001 abcdef 07 0001`), 10) ?? {};
  assert.deepEqual([baseSequence, referenceTime, feedbackCount], [0xfffe, 0xabcdef, 7]);
});

test('more statuses than allowed are not looked at', () => {
  const feedback = hex(`${SSRCS} 0001 1fff 000000 00 1fff`);
  assert.equal(readTransportFeedback(feedback, 8190), undefined);
  assert.equal(readTransportFeedback(feedback, 8191)?.arrivals.length, 8191);
});

test('one datagram yields at most 2048 statuses', () => {
  const one = hex(`8fcd0005 ${SSRCS} 0001 0200 000000 00 0200 0000`);
  const statuses = readRtcp(Buffer.concat(Array.from({ length: 40 }, () => one))).flatMap((each) =>
    each.kind === 'transport' ? each.arrivals : [],
  );
  assert.equal(statuses.length, 2048);
});

test('no bytes make it throw', () => {
  const { random, label } = seededRandom();
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(
      Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)),
    );
    if (bytes.length > 11) bytes.writeUInt16BE(Math.floor(random() * 30), 10);
    const read = readTransportFeedback(bytes, 100);
    assert.ok(read === undefined || read.arrivals.length <= 100, label);
  }
});
