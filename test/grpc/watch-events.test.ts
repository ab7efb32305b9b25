import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { VigieError } from '../../server/errors.ts';
import type { Admitted } from '../../server/grpc/call-admission.ts';
import { EventWatches, MAX_WAITING, type EventWatchesOptions } from '../../server/grpc/watch-events.ts';
import type { GrpcMessages } from '../../server/wire/grpc-messages.ts';
import { FakeGrpcCall } from '../support/fake-grpc-call.ts';
import { eventView } from '../support/event-view.ts';

type Message = GrpcMessages['WatchEventsResponse'];

const ADMITTED: Admitted = {
  key: '',
  address: '192.0.2.1',
  secure: false,
  device: undefined,
  allowMessages: () => undefined,
};

function setUp() {
  const may = new Set(['door', 'gate']);
  let isKeyGood = true;
  const watches = new EventWatches({
    admission: {
      identify: () => {
        if (isKeyGood) return { userId: 'anna' };
        throw new VigieError('unauthorized', 'revoked');
      },
    },
    access: {
      may: (_caller: unknown, _right: string, cameraId: string) => may.has(cameraId),
      assertMay: (_caller: unknown, _right: string, cameraId: string) => {
        if (!may.has(cameraId)) throw new VigieError('notFound', 'there is no such camera');
      },
    },
    leases: { hold: () => () => undefined },
    calls: { enter: () => undefined },
  } as unknown as EventWatchesOptions);
  const open = (...cameraIds: string[]): FakeGrpcCall<Message> => {
    const call = new FakeGrpcCall<Message>();
    watches.watch(call.stream, { cameraIds }, ADMITTED);
    return call;
  };
  let count = 0;
  const happen = (cameraId: string): void =>
    watches.onEvent(eventView({ id: `event_${count++}`, cameraId, startedAtMs: count }));
  return { open, happen, may, revoke: () => (isKeyGood = false) };
}

const idsOf = (call: FakeGrpcCall<Message>) => call.sent.map(({ event }) => event?.id);

suite('WatchEvents', () => {
  test('brings every event in order to a reader that falls behind, and ends one that is too far behind', () => {
    const { open, happen } = setUp();
    const [slow, stalled] = [open(), open()];
    // One is on its way.
    for (let event = 0; event < MAX_WAITING + 1; event++) happen('door');
    slow.drain();
    assert.deepEqual(
      idsOf(slow),
      Array.from({ length: MAX_WAITING + 1 }, (_, event) => `event_${event}`),
    );
    const codes = () => [slow, stalled].map(({ failure }) => failure?.code);
    assert.deepEqual(codes(), [undefined, undefined]);
    happen('door');
    assert.deepEqual(codes(), [undefined, status.RESOURCE_EXHAUSTED]);
    assert.equal(stalled.sent.length, 1);
  });

  test('brings nothing once the reader has been ended', () => {
    const { open, happen } = setUp();
    const call = open();
    for (let event = 0; event < MAX_WAITING + 2; event++) happen('door');
    call.drain();
    happen('door');
    assert.equal(call.sent.length, 1);
  });

  test('brings the events of the cameras named, and only while the key has the right', () => {
    const { open, happen, may, revoke } = setUp();
    const [all, one] = [open(), open('gate')];
    const read = (): void => {
      for (const call of [all, one]) call.drain();
    };
    for (const cameraId of ['door', 'gate', 'hidden']) {
      happen(cameraId);
      read();
    }
    may.delete('door');
    happen('door');
    read();
    revoke();
    happen('gate');
    read();
    assert.deepEqual([idsOf(all), idsOf(one)], [['event_0', 'event_1'], ['event_1']]);
  });

  test('is refused where the key has no right to one of the cameras named', () => {
    const { open } = setUp();
    assert.throws(() => open('door', 'hidden'), { code: 'notFound' });
  });
});
