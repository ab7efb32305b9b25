import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketGroups, type GroupDelta } from '../../../server/core/bandwidth/packet-groups.ts';

type Packet = readonly [sentMs: number, arrivedMs: number];

/** The differences that these packets yield, in ms. */
function deltasOf(packets: readonly Packet[]): number[][] {
  const groups = new PacketGroups();
  const found = packets.map(([sentMs, arrivedMs]) => groups.add(sentMs * 1000, arrivedMs * 1000));
  return found
    .filter((delta): delta is GroupDelta => delta !== undefined)
    .map(({ sentUs, arrivedUs, atUs }) => [sentUs / 1000, arrivedUs / 1000, atUs / 1000]);
}

const CASES: [what: string, packets: Packet[], deltas: number[][]][] = [
  [
    'a frame is one group, compared with the frame before once the next one begins',
    [
      [0, 10],
      [2, 13],
      [40, 52],
      [44, 57],
      [80, 95],
    ],
    [[42, 44, 57]],
  ],
  [
    'packets that a link held back and delivers at once are one group',
    [
      [0, 10],
      [40, 150],
      [80, 152],
      [120, 154],
      [160, 190],
      [200, 230],
    ],
    [
      [120, 144, 154],
      [40, 36, 190],
    ],
  ],
  [
    'groups that end at the same moment are compared too',
    [
      [0, 0],
      [5, 100],
      [20, 100],
      [40, 120],
    ],
    [[15, 0, 100]],
  ],
  [
    'a packet that was sent before its group is ignored',
    [
      [0, 10],
      [40, 50],
      [1, 51],
      [80, 90],
    ],
    [[40, 40, 50]],
  ],
  [
    'after the clock of the viewer was set, groups before are not compared',
    [
      [0, 10],
      [40, 50],
      [80, 90_000],
      [120, 90_040],
      [160, 90_080],
    ],
    [[40, 40, 90_040]],
  ],
];

for (const [what, packets, deltas] of CASES) test(what, () => assert.deepEqual(deltasOf(packets), deltas));
