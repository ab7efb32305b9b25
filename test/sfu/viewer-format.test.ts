/** A viewer that is no page has payload types and header extensions of its own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumerRtpParameters, pageFormat } from '../../server/sfu/rtp-parameters.ts';
import { RTX_SSRC, ScriptedConsumer, SSRC } from '../support/scripted-consumer.ts';

test('packets and retransmissions carry the payload types and extension ids of the viewer', () => {
  const extensionIds = { playoutDelay: 14, transportCc: 3 };
  const rig = new ScriptedConsumer(true, { vp8: 120, rtx: 35, extensionIds });
  rig.consumer.resume();
  rig.frame(true);
  const lost = [rig.sent[0]?.sequenceNumber ?? 0];
  rig.consumer.onFeedback({ kind: 'nack', ssrc: SSRC, lost }, rig.nowUs);
  const kinds = new Set(rig.sent.map(({ payloadType, ssrc }) => `${payloadType} of ${ssrc}`));
  assert.deepEqual([...kinds], [`120 of ${SSRC}`, `35 of ${RTX_SSRC}`]);
  assert.deepEqual([...new Set(rig.sent.map(({ extensions }) => extensions))], ['bede0002e200000031000000']);
});

test('an extension that the viewer does not know is padding', () => {
  const rig = new ScriptedConsumer(true, {
    ...pageFormat(false),
    extensionIds: { playoutDelay: 0, transportCc: 0 },
  });
  rig.consumer.resume();
  rig.frame(true);
  assert.equal(rig.sent[0]?.extensions, 'bede00020000000000000000');
});

test('a viewer without retransmissions gets none, and no padding', () => {
  const rig = new ScriptedConsumer(true, { ...pageFormat(false), rtx: undefined });
  rig.consumer.resume();
  rig.frame(true);
  const sent = rig.sent.length;
  const lost = [rig.sent[0]?.sequenceNumber ?? 0];
  rig.consumer.onFeedback({ kind: 'nack', ssrc: SSRC, lost }, rig.nowUs);
  assert.equal(rig.sent.length, sent);
  assert.equal(rig.consumer.padding(500), undefined);
  assert.equal(rig.consumer.stats.packetsRetransmitted, 0);
  assert.deepEqual(rig.consumer.ssrcs, [SSRC]);
});

test('the parameters name what the viewer takes, in its numbers', () => {
  const identity = { mid: '7', ssrc: 1, cname: 'name' };
  const format = { vp8: 100, extensionIds: { playoutDelay: 0, transportCc: 9 } };
  const { codecs, headerExtensions, encodings } = consumerRtpParameters({ ...identity, format });
  assert.deepEqual(
    codecs.map(({ mimeType, payloadType }) => [mimeType, payloadType]),
    [['video/VP8', 100]],
  );
  assert.deepEqual(
    headerExtensions.map(({ id }) => id),
    [9],
  );
  assert.deepEqual(encodings, [{ ssrc: 1 }]);
});
