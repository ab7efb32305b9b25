import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { mediaPath } from '../../../client/live/media-path.ts';
import { selectedPath, type StatsEntry } from '../../../client/live/selected-path.ts';
import type { IceCandidate } from '../../../server/wire/signaling.ts';

const SERVER = { address: '51.15.7.2', port: 8081 };
const LOCAL = { id: 'L', type: 'local-candidate', candidateType: 'srflx' };
const REMOTE = { id: 'R', type: 'remote-candidate', protocol: 'udp', ...SERVER };
const PAIR = {
  id: 'P',
  type: 'candidate-pair',
  localCandidateId: 'L',
  remoteCandidateId: 'R',
  nominated: true,
  currentRoundTripTime: 0.012,
};
const OTHER_PAIR = { ...PAIR, id: 'Q', remoteCandidateId: 'none', nominated: false };
const TRANSPORT = { id: 'T', type: 'transport', selectedCandidatePairId: 'P' };
const PATH = { protocol: 'udp', isRelayedHere: false, ...SERVER, roundTripMs: 12 } as const;

suite('the selected path', () => {
  test('is the pair that the transport names', () => {
    assert.deepEqual(selectedPath([OTHER_PAIR, PAIR, LOCAL, REMOTE, TRANSPORT]), PATH);
  });

  test('is the nominated pair of a browser without a report of the transport', () => {
    assert.deepEqual(selectedPath([OTHER_PAIR, PAIR, LOCAL, REMOTE]), PATH);
  });

  test('is none before a pair is selected', () => {
    for (const entries of [[], [LOCAL, REMOTE], [{ id: 'T', type: 'transport' }, PAIR]] as StatsEntry[][])
      assert.equal(selectedPath(entries), null);
  });

  test('is relayed here when the local candidate is', () => {
    const path = selectedPath([PAIR, { ...LOCAL, candidateType: 'relay' }, REMOTE, TRANSPORT]);
    assert.equal(path?.isRelayedHere, true);
  });
});

const candidate = (flags: Partial<IceCandidate>): IceCandidate => ({
  foundation: 'udp0',
  priority: 1,
  ip: SERVER.address,
  ...SERVER,
  protocol: 'udp',
  type: 'host',
  ...flags,
});

suite('the path of the media', () => {
  test("is mapped or relayed as the server's candidate says, and direct otherwise", () => {
    assert.equal(mediaPath(PATH, [candidate({ mapped: true })]), 'mapped');
    assert.equal(mediaPath(PATH, [candidate({ relayed: true })]), 'relay');
    assert.equal(mediaPath(PATH, [candidate({})]), 'direct');
    assert.equal(mediaPath(PATH, [candidate({ mapped: true, port: 9 })]), 'direct');
    assert.equal(mediaPath({ ...PATH, protocol: 'tcp' }, [candidate({})]), 'tcp');
  });

  test("is relayed at the viewer's own relay, wherever the server is", () => {
    assert.equal(mediaPath({ ...PATH, isRelayedHere: true }, [candidate({ mapped: true })]), 'relay');
  });
});
