import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameRepairStreams, RepairStreams } from '../../../client/live/repair-streams.ts';

const SDP = [
  'm=video 7 UDP/TLS/RTP/SAVPF 96 97 98',
  'a=ssrc:10 cname:viewer',
  'a=ssrc:11 cname:viewer',
  'a=ssrc-group:FID 10 11',
  'm=video 7 UDP/TLS/RTP/SAVPF 96 97',
  'a=ssrc:20 cname:viewer',
  'a=ssrc:21 cname:viewer',
  'a=ssrc-group:FID 20 21',
  '',
].join('\r\n');

test('a repair stream is named behind its video, and described like it', () => {
  assert.equal(
    nameRepairStreams(SDP, new Map([[10, 12]])),
    SDP.replace('a=ssrc:11 cname:viewer', 'a=ssrc:11 cname:viewer\r\na=ssrc:12 cname:viewer').replace(
      'FID 10 11',
      'FID 10 11\r\na=ssrc-group:FEC-FR 10 12',
    ),
  );
});

test('a description without repair streams stays as it is', () => {
  assert.equal(nameRepairStreams(SDP, new Map([[30, 31]])), SDP);
});

test('the peer connection made gets the repair streams named, and the page keeps its own', async () => {
  const set: RTCSessionDescriptionInit[] = [];
  class Peer {
    setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      set.push(description);
      return Promise.resolve();
    }
  }
  const page = globalThis as unknown as { RTCPeerConnection: unknown };
  page.RTCPeerConnection = Peer;
  const streams = new RepairStreams();
  const peer = streams.describe(() => new RTCPeerConnection());
  assert.equal(page.RTCPeerConnection, Peer);
  assert.throws(
    () =>
      streams.describe(() => {
        throw new Error('no transport');
      }),
    /no transport/,
  );
  assert.equal(page.RTCPeerConnection, Peer);
  streams.add({
    mid: '0',
    codecs: [],
    headerExtensions: [],
    encodings: [{ ssrc: 10, rtx: { ssrc: 11 }, fec: { mechanism: 'flexfec', ssrc: 12 } }],
    rtcp: { cname: 'viewer', reducedSize: true },
  });
  await peer.setRemoteDescription({ type: 'offer', sdp: SDP });
  assert.deepEqual(set, [{ type: 'offer', sdp: nameRepairStreams(SDP, new Map([[10, 12]])) }]);
});
