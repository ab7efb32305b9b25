import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hookPeerConnection } from '../../../client/live/peer-connection.ts';

class Peer extends EventTarget {
  readonly set: RTCSessionDescriptionInit[] = [];
  readonly configuration: unknown;
  constructor(configuration?: unknown) {
    super();
    this.configuration = configuration;
  }
  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.set.push(description);
    return Promise.resolve();
  }
}

const page = globalThis as unknown as { RTCPeerConnection: unknown };
page.RTCPeerConnection = Peer;

const candidates: unknown[] = [];
const hooks = {
  describe: (sdp: string): string => `${sdp} and more`,
  onCandidate: (candidate: unknown): void => void candidates.push(candidate),
};
const CONFIGURATION = { iceServers: [{ urls: 'stun:stun.example.org' }] };

function newPeer(): Peer {
  return hookPeerConnection(hooks, () => new RTCPeerConnection(CONFIGURATION)) as unknown as Peer;
}

test('the peer connection made has its configuration, and is given the changed description', async () => {
  const peer = newPeer();
  assert.deepEqual(peer.configuration, CONFIGURATION);
  await peer.setRemoteDescription({ type: 'offer', sdp: 'video' });
  assert.deepEqual(peer.set, [{ type: 'offer', sdp: 'video and more' }]);
});

test("the browser's candidates are passed on, and the end of them is not", () => {
  const peer = newPeer();
  for (const candidate of ['one', null])
    peer.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }));
  assert.deepEqual(candidates, ['one']);
});

test('the page keeps its own RTCPeerConnection, also when nothing could be made', () => {
  newPeer();
  assert.equal(page.RTCPeerConnection, Peer);
  assert.throws(
    () =>
      hookPeerConnection(hooks, () => {
        throw new Error('no transport');
      }),
    /no transport/,
  );
  assert.equal(page.RTCPeerConnection, Peer);
});
