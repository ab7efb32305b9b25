import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readChannelData,
  TurnStream,
  writeChannelData,
} from '../../../server/core/stun-turn/channel-data.ts';

const BINDING = Buffer.from('000100002112a4420102030405060708090a0b0c', 'hex');

test('data follows channel and length, and is padded on a stream only', () => {
  const data = Buffer.from('hello');
  assert.equal(writeChannelData(0x4001, data, false).toString('hex'), '4001000568656c6c6f');
  assert.equal(writeChannelData(0x4001, data, true).toString('hex'), '4001000568656c6c6f000000');
});

test('data is read with its channel, and bytes after it are ignored', () => {
  for (const hex of ['4001000568656c6c6f', '4001000568656c6c6f000000']) {
    const read = readChannelData(Buffer.from(hex, 'hex'));
    assert.equal(read?.channel, 0x4001);
    assert.equal(read.data.toString(), 'hello');
  }
});

test('other bytes are not channel data', () => {
  for (const hex of ['', '400100', '40010005686565', '3fff0000', '50000000', '8000000100'])
    assert.equal(readChannelData(Buffer.from(hex, 'hex')), undefined, hex);
});

test('a stream yields the same messages however it is split', () => {
  const messages = ['', 'a', 'ab', 'abc', 'abcd'].map((text) =>
    writeChannelData(0x4fff, Buffer.from(text), true),
  );
  const bytes = Buffer.concat(messages.flatMap((message) => [message, BINDING]));
  for (let size = 1; size <= bytes.length; size++) {
    const stream = new TurnStream();
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += size)
      for (const message of stream.push(bytes.subarray(at, at + size)))
        found.push(message[0] === 0 ? 'stun' : `data ${readChannelData(message)?.data.toString()}`);
    assert.deepEqual(
      found,
      ['', 'a', 'ab', 'abc', 'abcd'].flatMap((text) => [`data ${text}`, 'stun']),
    );
  }
});

test('a malformed stream is refused', () => {
  for (const text of ['SSH-2.0-OpenSSH_9.2', '\x50\x00\x00\x00'])
    assert.throws(() => new TurnStream().push(Buffer.from(text, 'latin1')), RangeError);
});
