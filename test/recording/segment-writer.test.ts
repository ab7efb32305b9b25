/** A writer of segments on a disk whose answers the test gives. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import { SegmentWriter, type SegmentProblem } from '../../server/recording/segment-writer.ts';
import type { OpenRecording } from '../../server/recording/unfinished-segments.ts';

const INTERVAL_MS = 40;
const BEGIN_MS = 1_000_000;

interface FileOnDisk {
  width: number;
  frames: EncodedFrame[];
  answer(): void;
  fail(): void;
}

interface Failure {
  problem: SegmentProblem;
  sinceMs: number;
}

/** @param closed what closing a file answers with */
function setUp(closed: () => object | undefined = () => undefined) {
  const files: FileOnDisk[] = [];
  const failed: Failure[] = [];
  const lost: { problem: SegmentProblem; startMs: number; endMs: number }[] = [];
  const close = async () => closed() as undefined;
  const begin = (first: EncodedFrame): Promise<OpenRecording> => {
    const { promise, resolve, reject } = Promise.withResolvers<OpenRecording>();
    const frames: EncodedFrame[] = [];
    const startMs = first.captureUs / 1000;
    let endMs = startMs;
    const recording: OpenRecording = {
      id: `rec_${files.length}`,
      startMs,
      width: first.width,
      height: first.height,
      error: undefined,
      get endMs() {
        return endMs;
      },
      add: (frame) => {
        frames.push(frame);
        endMs = frame.captureUs / 1000;
      },
      flushed: () => Promise.resolve(),
      lastsUntil: (untilMs) => {
        endMs = Math.max(endMs, untilMs);
      },
      close,
      discard: close,
    };
    files.push({
      width: first.width,
      frames,
      answer: () => resolve(recording),
      fail: () => reject(new Error('no disk')),
    });
    return promise;
  };
  const writer: SegmentWriter = new SegmentWriter({
    library: { begin },
    isProtected: () => false,
    onBegun: () => undefined,
    onFailed: (problem, _error, sinceMs) => {
      failed.push({ problem, sinceMs });
      writer.end();
    },
    onLost: (problem, _error, span) => lost.push({ problem, ...span }),
  });
  let nowMs = BEGIN_MS;
  /** The camera sends `count` pictures, the first of which is a keyframe. */
  const send = (count: number, width = 320): void => {
    for (let sent = 0; sent < count; sent++, nowMs += INTERVAL_MS) {
      const times = { captureUs: nowMs * 1000, receivedUs: 0, decodeStartUs: 0, decodedUs: 0, encodedUs: 0 };
      const picture = { data: new Uint8Array(1), keyframe: sent === 0, repeated: false, width, height: 240 };
      writer.write({
        cameraId: 'cam_1',
        rung: 'full',
        layer: undefined,
        timestamp90k: 0,
        ...picture,
        ...times,
      });
    }
  };
  return { writer, files, failed, lost, send, nowMs: () => nowMs };
}

suite('a writer of segments', () => {
  test('on a disk that does not answer begins no further file, and says so at each try', async () => {
    const { writer, files, failed, send } = setUp();
    send(61);
    assert.deepEqual([files.length, failed.length], [1, 1]);
    send(1);
    send(1);
    assert.equal(files.length, 1);
    assert.deepEqual(
      failed.map(({ problem }) => problem),
      ['slowDisk', 'slowDisk', 'slowDisk'],
    );
    files[0]?.answer();
    await writer.settled();
    assert.equal(files[0]?.frames.length, 60, 'the frames that waited are in it');
    send(1);
    assert.equal(files.length, 2);
    files[1]?.answer();
    await writer.settled();
    assert.equal(writer.isWriting, true);
  });

  test('whose segments end before their files are made bounds them too', () => {
    const { writer, files, failed, send } = setUp();
    for (let tries = 0; tries < 100; tries++) {
      send(1);
      writer.carryOver(0);
      writer.end();
    }
    assert.ok(files.length <= 60 && failed.length > 0, `${files.length} files`);
  });

  test('ends a segment whose file is still being made where the size of the pictures changes', async () => {
    const { writer, files, send } = setUp();
    send(5, 320);
    send(5, 640);
    for (const file of files) file.answer();
    await writer.settled();
    assert.deepEqual(
      files.map(({ width, frames }) => [width, frames.map((frame) => frame.width)]),
      [
        [320, Array(5).fill(320)],
        [640, Array(5).fill(640)],
      ],
    );
  });

  test('goes on with the new segment where the file of an old one fails, and says what is lost', async () => {
    const { writer, files, failed, lost, send, nowMs } = setUp();
    send(5);
    writer.end(nowMs());
    const endMs = nowMs();
    send(5);
    files[1]?.answer();
    files[0]?.fail();
    await writer.settled();
    assert.deepEqual([failed, lost], [[], [{ problem: 'diskError', startMs: BEGIN_MS, endMs }]]);
    assert.equal(writer.isWriting, true);
  });

  test('fails from the first frame on whose file cannot be made', async () => {
    const { writer, files, failed, send } = setUp();
    send(5);
    files[0]?.fail();
    await writer.settled();
    assert.deepEqual(failed, [{ problem: 'diskError', sinceMs: BEGIN_MS }]);
  });

  test('that has failed does not begin again with the picture that was lost', () => {
    const { writer, files, failed, send, nowMs } = setUp();
    send(60);
    const refusedMs = nowMs();
    // A keyframe, so that it could be carried over.
    send(1);
    assert.deepEqual(failed, [{ problem: 'slowDisk', sinceMs: refusedMs }]);
    files[0]?.answer();
    writer.carryOver(nowMs() + 5_000);
    assert.deepEqual([failed.length, files.length, writer.isWriting], [1, 1, false]);
  });

  test('holds nothing of the segments that are written', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const answers: WeakRef<object>[] = [];
    const { writer, files, send } = setUp(() => {
      const answer = {};
      answers.push(new WeakRef(answer));
      return answer;
    });
    for (let segment = 0; segment < 3; segment++) {
      send(2);
      files[segment]?.answer();
      await writer.settled();
      writer.end();
    }
    await writer.settled();
    await nextTurn();
    collect();
    assert.equal(answers.length, 3);
    assert.ok(answers.every((answer) => answer.deref() === undefined));
  });
});
