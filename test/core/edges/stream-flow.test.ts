import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MAX_DATA_BYTES, StreamFlow, WINDOW_BYTES } from '../../../server/core/edges/stream-flow.ts';
import {
  readTunnelMessage,
  TUNNEL_TYPES,
  writeTunnelMessage,
  type TunnelMessage,
} from '../../../server/wire/tunnel-message.ts';

suite('stream flow', () => {
  test('no more than a window is under way, in messages of a bounded length', () => {
    const flow = new StreamFlow();
    let sent = 0;
    while (flow.sendableBytes > 0) {
      assert.ok(flow.sendableBytes <= MAX_DATA_BYTES);
      sent += flow.sendableBytes;
      flow.sent(flow.sendableBytes);
    }
    assert.equal(sent, WINDOW_BYTES);
    assert.equal(flow.credited(10), true);
    assert.equal(flow.sendableBytes, 10);
    assert.equal(flow.credited(WINDOW_BYTES), false, 'more than it was sent');
  });

  test('credit is given for what was taken, once, when it is worth a message', () => {
    const flow = new StreamFlow();
    const quarter = WINDOW_BYTES / 4;
    assert.equal(flow.received(quarter), true);
    assert.equal(flow.takeCredit(1), 0);
    assert.equal(flow.takeCredit(0), quarter);
    assert.equal(flow.takeCredit(0), 0);
    assert.equal(flow.received(WINDOW_BYTES), true);
    assert.equal(flow.received(1), false, 'more than it may send');
  });

  test('a missing message and one that comes twice are noticed', () => {
    const [there, here] = [new StreamFlow(), new StreamFlow()];
    for (let index = 0; index < 3; index++) assert.equal(here.arrived(there.nextSequence()), true);
    assert.equal(here.arrived(2), false);
    assert.equal(here.arrived(4), false);
    assert.equal(here.arrived(3), true);
  });
});

suite('tunnel message', () => {
  const golden: [hex: string, message: TunnelMessage][] = [
    [
      '5901000004030201616263',
      { type: 'data', sequence: 0x01020304, data: Buffer.from('abc'), creditBytes: 0 },
    ],
    ['59010100ffffffff', { type: 'end', sequence: 0xffffffff, data: new Uint8Array(), creditBytes: 0 }],
    [
      '590102000100000000000400',
      { type: 'credit', sequence: 1, data: new Uint8Array(), creditBytes: 262_144 },
    ],
    ['5901030000000000', { type: 'reset', sequence: 0, data: new Uint8Array(), creditBytes: 0 }],
  ];
  for (const [hex, message] of golden)
    test(`${message.type} is written as golden bytes and read back`, () => {
      const { type, sequence, ...content } = message;
      assert.equal(Buffer.from(writeTunnelMessage(type, sequence, content)).toString('hex'), hex);
      const read = readTunnelMessage(Buffer.from(hex, 'hex'));
      assert.ok(typeof read !== 'string');
      assert.deepEqual(
        { ...read, data: Buffer.from(read.data) },
        { ...message, data: Buffer.from(message.data) },
      );
    });

  const malformed: [hex: string, problem: string][] = [
    ['', 'shorter than a header'],
    ['59010000000000', 'shorter than a header'],
    ['580100000000000061', 'wrong magic byte'],
    ['590200000000000061', 'unknown version'],
    [`5901${TUNNEL_TYPES.length.toString(16).padStart(2, '0')}0000000000`, 'unknown type'],
    ['5901000000000000', 'data without bytes'],
    ['5901020000000000', 'credit without a number'],
    ['59010200000000000000000000', 'credit without a number'],
    ['590101000000000061', 'bytes behind an end'],
    ['590103000000000061', 'bytes behind an end'],
  ];
  for (const [hex, problem] of malformed)
    test(`"${hex}" is refused: ${problem}`, () => {
      assert.equal(readTunnelMessage(Buffer.from(hex, 'hex')), problem);
    });
});
