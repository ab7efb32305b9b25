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

test('the streams of a consumer are named once it has been added', () => {
  const streams = new RepairStreams();
  assert.equal(streams.describe(SDP), SDP);
  streams.add({
    mid: '0',
    codecs: [],
    headerExtensions: [],
    encodings: [{ ssrc: 10, rtx: { ssrc: 11 }, fec: { mechanism: 'flexfec', ssrc: 12 } }],
    rtcp: { cname: 'viewer', reducedSize: true },
  });
  assert.equal(streams.describe(SDP), nameRepairStreams(SDP, new Map([[10, 12]])));
});
