import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandshakeOrder, type HandshakeFragment } from '../../../server/core/rtp/dtls-handshake-order.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const CLIENT_HELLO = 1;
const CERTIFICATE = 11;
const CERTIFICATE_VERIFY = 15;
const CLIENT_KEY_EXCHANGE = 16;
const FINISHED = 20;

function message(type: number, sequence: number, bytes = 100): HandshakeFragment {
  const fragment = Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 7 + sequence) & 0xff));
  return {
    msg_type: type,
    length: bytes,
    message_seq: sequence,
    fragment_offset: 0,
    fragment_length: bytes,
    fragment,
  };
}

function part(whole: HandshakeFragment, offset: number, end: number): HandshakeFragment {
  const fragment = whole.fragment.subarray(offset, end);
  return { ...whole, fragment_offset: offset, fragment_length: fragment.length, fragment };
}

/** An order that has received the client's two ClientHellos. */
function afterHello(): HandshakeOrder {
  const order = new HandshakeOrder();
  order.take(message(CLIENT_HELLO, 0));
  order.take(message(CLIENT_HELLO, 1));
  return order;
}

test('whole messages pass in order, unchanged', () => {
  const order = new HandshakeOrder();
  const types = [CLIENT_HELLO, CLIENT_HELLO, CERTIFICATE, CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY, FINISHED];
  for (const [sequence, type] of types.entries()) {
    const whole = message(type, sequence);
    assert.equal(order.take(whole), whole);
  }
  assert.equal(order.refused, 0);
});

test('fragments in any order, overlapping and repeated, yield the message once', () => {
  const { random, label } = seededRandom();
  for (let round = 0; round < 200; round++) {
    const order = afterHello();
    const whole = message(CERTIFICATE, 2, 1 + Math.floor(random() * 400));
    const parts: HandshakeFragment[] = [];
    for (let offset = 0; offset < whole.length;) {
      const end = Math.min(whole.length, offset + 1 + Math.floor(random() * 60));
      parts.push(part(whole, offset, end), part(whole, Math.max(0, offset - 10), end));
      offset = end;
    }
    const shuffled = parts
      .map((each) => ({ each, rank: random() }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ each }) => each);
    const out = shuffled.map((each) => order.take(each)).filter((each) => each !== undefined);
    assert.equal(out.length, 1, label);
    assert.deepEqual(out[0]?.fragment, whole.fragment);
    assert.equal(out[0]?.fragment_length, whole.length);
  }
});

test('a message that is too early or too late is dropped', () => {
  const order = afterHello();
  assert.equal(order.take(message(CLIENT_KEY_EXCHANGE, 3)), undefined, 'the certificate is missing');
  assert.ok(order.take(message(CERTIFICATE, 2)));
  assert.equal(order.take(message(CERTIFICATE, 2)), undefined, 'the same again');
  assert.equal(order.take(message(CLIENT_HELLO, 0)), undefined, 'a ClientHello from before');
  assert.ok(order.take(message(CLIENT_KEY_EXCHANGE, 3)));
  assert.equal(order.refused, 3);
});

test('the newest ClientHello or Finished passes again when it is repeated, a bounded number of times', () => {
  for (const [before, repeated] of [
    [[], message(CLIENT_HELLO, 0)],
    [[message(CLIENT_HELLO, 0)], message(CLIENT_HELLO, 1)],
    [[message(CLIENT_HELLO, 0)], message(FINISHED, 1)],
  ] as const) {
    const order = new HandshakeOrder();
    for (const each of before) order.take(each);
    let passed = 0;
    for (let i = 0; i < 1000; i++) if (order.take({ ...repeated })) passed++;
    assert.equal(passed, 17);
  }
});

test('a repeated, fragmented ClientHello is reassembled', () => {
  const order = new HandshakeOrder();
  const whole = message(CLIENT_HELLO, 0, 1500);
  for (let i = 0; i < 3; i++) {
    assert.equal(order.take(part(whole, 1000, 1500)), undefined);
    assert.deepEqual(order.take(part(whole, 0, 1000))?.fragment, whole.fragment);
  }
});

test('fragments that no client sends are refused', () => {
  const order = new HandshakeOrder();
  const good = message(CLIENT_HELLO, 0);
  const wrong: Partial<HandshakeFragment>[] = [
    { msg_type: 2 },
    { msg_type: 0 },
    { msg_type: 255 },
    { length: 0xffffff },
    { length: 0xffffff, fragment_length: 0xffffff },
    { length: 20_000, fragment_offset: 100 },
    { fragment_offset: 1 },
    { fragment_length: 99 },
    { fragment_length: 0, fragment: Buffer.alloc(0) },
    { message_seq: 1 },
    { message_seq: 65_535 },
  ];
  for (const change of wrong) assert.equal(order.take({ ...good, ...change }), undefined);
  assert.equal(order.refused, wrong.length);
  assert.ok(order.take(good), 'the genuine one still passes');
});

test('only one incomplete message is held: the next one that begins replaces it', () => {
  const order = new HandshakeOrder();
  const [one, other] = [message(CLIENT_HELLO, 0, 300), message(CLIENT_HELLO, 0, 301)];
  order.take(part(one, 0, 200));
  order.take(part(other, 0, 200));
  assert.equal(order.take(part(one, 200, 300)), undefined, 'its beginning is gone');
  assert.deepEqual(order.take(part(one, 0, 200))?.fragment, one.fragment);
});
