import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hookPeerConnection } from '../../../client/live/peer-connection.ts';

class Peer {
  readonly set: RTCSessionDescriptionInit[] = [];
  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.set.push(description);
    return Promise.resolve();
  }
}

const page = globalThis as unknown as { RTCPeerConnection: unknown };
page.RTCPeerConnection = Peer;

const describe = (sdp: string): string => `${sdp} and more`;

test('the peer connection made is given the changed description', async () => {
  const peer = hookPeerConnection({ describe }, () => new RTCPeerConnection());
  await peer.setRemoteDescription({ type: 'offer', sdp: 'video' });
  assert.deepEqual((peer as unknown as Peer).set, [{ type: 'offer', sdp: 'video and more' }]);
});

test('the page keeps its own RTCPeerConnection, also when nothing could be made', () => {
  hookPeerConnection({ describe }, () => new RTCPeerConnection());
  assert.equal(page.RTCPeerConnection, Peer);
  const fail = (): never => {
    throw new Error('no transport');
  };
  assert.throws(() => hookPeerConnection({ describe }, fail), /no transport/);
  assert.equal(page.RTCPeerConnection, Peer);
});
