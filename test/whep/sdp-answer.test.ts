import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { consumerRtpParameters } from '../../server/sfu/rtp-parameters.ts';
import { writeAnswer } from '../../server/whep/sdp-answer.ts';
import { readFragment, writeFragment } from '../../server/whep/sdp-fragment.ts';
import { readOffer, type Offer } from '../../server/whep/sdp-offer.ts';

const fixture = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../fixtures/whep', name), 'utf8');
const OFFER = fixture('chromium-offer.sdp');
const candidate = { foundation: 'udp0', priority: 1, ip: '192.0.2.1', address: '192.0.2.1', port: 8081 };
const TRANSPORT = {
  id: 'transport',
  iceParameters: { usernameFragment: 'ours', password: 'our password', iceLite: true },
  iceCandidates: [
    { ...candidate, protocol: 'udp', type: 'host' } as const,
    { ...candidate, foundation: 'tcp0', protocol: 'tcp', type: 'host', tcpType: 'passive' } as const,
  ],
  dtlsParameters: { role: 'server', fingerprints: [{ algorithm: 'sha-256', value: 'AB:CD' }] } as const,
};

function answerTo(offer: Offer): string {
  const { format } = offer;
  const rtp = consumerRtpParameters({
    mid: '0',
    ssrc: 1,
    rtxSsrc: format.rtx === undefined ? undefined : 2,
    fecSsrc: format.flexfec === undefined ? undefined : 3,
    cname: 'name',
    format,
  });
  const transport = {
    ...TRANSPORT,
    dtlsParameters: { ...TRANSPORT.dtlsParameters, fingerprints: [...TRANSPORT.dtlsParameters.fingerprints] },
  };
  return writeAnswer({ offer, transport, rtp, streamId: 'cam_1', sessionId: '42' });
}

test('the answer to a browser is this one, byte by byte', () => {
  assert.equal(answerTo(readOffer(OFFER)), fixture('chromium-answer.sdp'));
});

test('an answer names no more than the offer', () => {
  const bare = OFFER.replaceAll(/^a=(?:extmap|mid|group|rtcp-rsize|fmtp:97|rtpmap:49|rtcp-fb).*\r\n/gm, '');
  const answer = answerTo(readOffer(bare));
  assert.doesNotMatch(answer, /extmap|a=mid|BUNDLE|rsize|rtx|flexfec|rtcp-fb|ssrc-group/);
  assert.match(answer, /^m=video 9 UDP\/TLS\/RTP\/SAVPF 96\r$/m);
});

test('other sections are refused', () => {
  const offer = OFFER.replace('BUNDLE 0 1', 'BUNDLE 1 0');
  const [session = '', audio = ''] = answerTo(readOffer(offer)).split(/(?=^m=)/m);
  assert.match(session, /^a=group:BUNDLE 1\r$/m);
  assert.match(audio, /^m=audio 0 UDP\/TLS\/RTP\/SAVPF 111\r$/m);
  assert.doesNotMatch(audio, /ice-ufrag/);
});

test('a fragment tells its credentials, and candidates alone have none', () => {
  assert.deepEqual(
    readFragment('a=ice-ufrag:1234\r\na=ice-pwd:1234567890123456789012\r\nm=audio 9 X 0\r\n'),
    {
      usernameFragment: '1234',
      password: '1234567890123456789012',
    },
  );
  const inSection = 'm=video 9 X 0\r\na=mid:1\r\na=ice-ufrag:abcd\r\na=ice-pwd:1234567890123456789012\r\n';
  assert.equal(readFragment(inSection)?.usernameFragment, 'abcd');
  const candidates = 'm=video 9 X 0\r\na=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=end-of-candidates\r\n';
  assert.equal(readFragment(candidates), undefined);
  assert.throws(() => readFragment('{}'), /not an SDP fragment/);
  assert.throws(() => readFragment('a=ice-ufrag:abcd\r\n'), /ice-pwd/);
});

const { iceParameters: ice, iceCandidates: candidates } = TRANSPORT;

test('a restart is answered with new credentials and all candidates, in the section that has the transport', () => {
  assert.deepEqual(writeFragment({ offer: readOffer(OFFER), ice, candidates }).split('\r\n'), [
    'a=ice-lite',
    'a=group:BUNDLE 0 1',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'a=mid:0',
    'a=ice-ufrag:ours',
    'a=ice-pwd:our password',
    'a=candidate:udp0 1 udp 1 192.0.2.1 8081 typ host',
    'a=candidate:tcp0 1 tcp 1 192.0.2.1 8081 typ host tcptype passive',
    'a=end-of-candidates',
    '',
  ]);
});

test('a restart of the video alone is answered in its own section', () => {
  const offer = readOffer(OFFER.replace('BUNDLE 0 1', 'BUNDLE 1'));
  const fragment = writeFragment({ offer, ice, candidates });
  assert.match(fragment, /^a=group:BUNDLE 1\r\nm=video 9 UDP\/TLS\/RTP\/SAVPF 96\r\na=mid:1\r$/m);
});

test('a section that the client has refused itself is refused, also where it leads the bundle', () => {
  const [session = '', audio = ''] = answerTo(readOffer(OFFER.replace('m=audio 9', 'm=audio 0'))).split(
    /(?=^m=)/m,
  );
  assert.match(session, /^a=group:BUNDLE 1\r$/m);
  assert.match(audio, /^m=audio 0 /);
});
