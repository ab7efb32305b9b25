/** Offers as they come: a browser's, odd ones that are served all the same, and broken ones. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { VigieError, type ErrorCode } from '../../server/errors.ts';
import { MAX_OFFER_BYTES, readOffer } from '../../server/whep/sdp-offer.ts';

const OFFER = readFileSync(resolve(import.meta.dirname, '../fixtures/whep/chromium-offer.sdp'), 'utf8');
const [SESSION = '', AUDIO = '', VIDEO = ''] = OFFER.split(/(?=^m=)/m);

test('the offer of a browser names its numbers, and its audio carries the transport of the video', () => {
  const { sections, served, carrier, isBundled, takesReducedSize, ice, fingerprint, format, feedback } =
    readOffer(OFFER);
  assert.deepEqual(
    sections.map(({ kind, mid, format: first }) => [kind, mid, first]),
    [
      ['audio', '0', '111'],
      ['video', '1', '96'],
    ],
  );
  assert.deepEqual([served, carrier, isBundled, takesReducedSize], [1, 0, true, true]);
  assert.deepEqual(ice, { usernameFragment: 'wjJ4', password: '2xWMtijr7rr9iHZ3/3XFqlTX' });
  assert.equal(fingerprint.algorithm, 'sha-256');
  assert.deepEqual(format, {
    vp8: 96,
    rtx: 97,
    flexfec: 49,
    extensionIds: { playoutDelay: 5, transportCc: 3 },
  });
  assert.deepEqual(feedback, [
    { type: 'transport-cc' },
    { type: 'ccm', subtype: 'fir' },
    { type: 'nack' },
    { type: 'nack', subtype: 'pli' },
  ]);
});

/** The offer of a browser, changed. */
const changed = (...changes: readonly (readonly [RegExp | string, string])[]): string =>
  changes.reduce((text, [from, to]) => text.replaceAll(from, to), OFFER);
const without = (line: string): string => changed([new RegExp(`^a=${line}.*\r\n`, 'gm'), '']);

const ODD: [name: string, offer: string, expected: object][] = [
  ['with lines that end in LF alone', OFFER.replaceAll('\r\n', '\n'), { vp8: 96 }],
  [
    'with VP8 under another number',
    changed(
      ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'm=video 9 UDP/TLS/RTP/SAVPF 120'],
      [/:96 /g, ':120 '],
      ['apt=96', 'apt=120'],
    ),
    { vp8: 120, rtx: 97 },
  ],
  ['in small letters', changed(['VP8/90000', 'vp8/90000']), { vp8: 96 }],
  ['without retransmissions', without('fmtp:97'), { vp8: 96, rtx: undefined }],
  ['without forward error correction', without('rtpmap:49'), { flexfec: undefined }],
  ['without header extensions', without('extmap'), { extensionIds: { playoutDelay: 0, transportCc: 0 } }],
  [
    'with ids of two bytes',
    changed(['extmap:5 ', 'extmap:15 '], ['extmap:3 ', 'extmap:200 ']),
    { extensionIds: { playoutDelay: 0, transportCc: 0 } },
  ],
  [
    'with ICE and fingerprint for the whole session',
    SESSION +
      'a=ice-ufrag:1234\r\na=ice-pwd:1234567890123456789012\r\na=fingerprint:sha-256 ' +
      'ab:'.repeat(31) +
      'cd\r\na=setup:active\r\n' +
      VIDEO.replaceAll(/^a=(?:ice|fingerprint|setup).*\r\n/gm, ''),
    { vp8: 96 },
  ],
  ['without setup', without('setup'), { vp8: 96 }],
  ['without mid and BUNDLE', changed([/^a=(?:mid|group).*\r\n/gm, '']), { vp8: 96 }],
  ['that sends too', changed(['a=recvonly', 'a=sendrecv']), { vp8: 96 }],
  ['without a direction', without('recvonly'), { vp8: 96 }],
  ['with an apt among other parameters', changed(['apt=96', 'rtx-time=3000;apt=96']), { rtx: 97 }],
  [
    'with a codec twice',
    changed(['a=rtpmap:96 VP8/90000\r\n', 'a=rtpmap:96 VP8/90000\r\na=rtpmap:96 VP8/90000\r\n']),
    { vp8: 96 },
  ],
];
for (const [name, offer, expected] of ODD)
  test(`an offer ${name} is served`, () => {
    const { format } = readOffer(offer);
    assert.deepEqual({ ...format, ...expected }, format);
  });

test('the first video that can be served is: one that sends only, or was refused, is passed over', () => {
  const sending = VIDEO.replace('a=recvonly', 'a=sendonly').replace('a=mid:1', 'a=mid:7');
  const refused = VIDEO.replace('m=video 9', 'm=video 0').replace('a=mid:1', 'a=mid:8');
  assert.equal(readOffer(SESSION + sending + refused + VIDEO).served, 2);
});

test('the first section of the bundle is kept; without a bundle, and where the video is first, no other is', () => {
  assert.equal(readOffer(OFFER).carrier, 0);
  assert.equal(readOffer(changed(['BUNDLE 0 1', 'BUNDLE 1 0'])).carrier, undefined);
  assert.equal(readOffer(without('group')).carrier, undefined);
});

test('without retransmissions no NACK is asked for, and without the extension no transport-wide feedback', () => {
  assert.deepEqual(
    readOffer(without('fmtp:97')).feedback.map(({ type, subtype }) => [type, subtype]),
    [
      ['transport-cc', undefined],
      ['ccm', 'fir'],
      ['nack', 'pli'],
    ],
  );
  assert.equal(readOffer(without('extmap')).feedback[0]?.type, 'goog-remb');
});

const codecs = Array.from({ length: 1000 }, (_, i) => `a=rtpmap:${i} X-${i}/90000\r\n`).join('');
const BROKEN: [name: string, offer: string, code: ErrorCode, detail: RegExp][] = [
  ['that is empty', '', 'badRequest', /not an SDP offer/],
  ['that is JSON', '{"sdp":"v=0"}', 'badRequest', /not an SDP offer/],
  ['without sections', SESSION, 'badRequest', /media sections/],
  ['of bytes', '\0\u{1F600}\n'.repeat(500), 'badRequest', /not an SDP offer/],
  ['without video', SESSION + AUDIO, 'unprocessable', /no section of video/],
  ['without VP8', without('rtpmap:96'), 'unprocessable', /no VP8/],
  [
    'of a thousand codecs without VP8',
    SESSION + VIDEO.replaceAll(/^a=rtpmap.*\r\n/gm, '') + codecs,
    'unprocessable',
    /no VP8/,
  ],
  ['whose VP8 has a number of RTCP', changed([/:96 /g, ':72 ']), 'unprocessable', /no VP8/],
  ['whose VP8 has no number', changed([/:96 /g, ':vp ']), 'unprocessable', /no VP8/],
  ['whose VP8 has another clock', changed(['VP8/90000', 'VP8/8000']), 'unprocessable', /no VP8/],
  ['that only sends', changed(['a=recvonly', 'a=sendonly']), 'unprocessable', /receives VP8/],
  ['that is inactive', changed(['a=recvonly', 'a=inactive']), 'unprocessable', /receives VP8/],
  ['without encryption', changed(['UDP/TLS/RTP/SAVPF', 'RTP/AVP']), 'unprocessable', /UDP\/TLS\/RTP\/SAVPF/],
  ['without ICE', without('ice-'), 'unprocessable', /ice-ufrag/],
  ['with a short password', changed(['2xWMtijr7rr9iHZ3/3XFqlTX', 'short']), 'unprocessable', /ice-pwd/],
  ['with a long user', changed(['wjJ4', 'w'.repeat(257)]), 'unprocessable', /ice-ufrag/],
  ['with a user of other letters', changed(['wjJ4', 'wj"J4']), 'unprocessable', /ice-ufrag/],
  ['without fingerprint', without('fingerprint'), 'unprocessable', /a=fingerprint/],
  ['with a weak fingerprint', changed(['sha-256', 'sha-1']), 'unprocessable', /sha-256/],
  ['with a cut fingerprint', changed([':5D:AC:E5:93', '']), 'unprocessable', /a=fingerprint/],
  [
    'that waits for the handshake too',
    changed(['setup:actpass', 'setup:passive']),
    'unprocessable',
    /a=setup/,
  ],
  ['that holds', changed(['setup:actpass', 'setup:holdconn']), 'unprocessable', /a=setup/],
  ['without rtcp-mux', without('rtcp-mux'), 'unprocessable', /rtcp-mux/],
  ['of too many sections', SESSION + VIDEO.repeat(33), 'unprocessable', /more than 32/],
];
for (const [name, offer, code, detail] of BROKEN)
  test(`an offer ${name} is refused`, () => {
    assert.throws(
      () => readOffer(offer),
      (error) => error instanceof VigieError && error.code === code && detail.test(error.message),
    );
  });

test('an offer of a thousand codecs and VP8 is served', () => {
  assert.equal(readOffer(SESSION + VIDEO + codecs).format.vp8, 96);
});

test('whatever lines an offer has, it is served or refused, never a fault of the server', () => {
  const lines = OFFER.split('\r\n');
  const line = fc.oneof(
    fc.constantFrom(...lines),
    fc.string(),
    fc.constantFrom('a=__proto__:1', 'm=', 'a=mid:'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 80 }), (some) => {
      try {
        readOffer(
          `v=0\r\n${some.join('\r\n')}\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n`.slice(0, MAX_OFFER_BYTES),
        );
      } catch (error) {
        assert.ok(error instanceof VigieError, String(error));
      }
    }),
  );
});
