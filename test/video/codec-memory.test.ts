import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { JpegEncoder } from '../../server/ffmpeg/jpeg-encoder.ts';
import { CodecLink } from '../../server/video/codec-link.ts';
import { encodeRequest, LUMA_REQUEST } from '../../server/video/codec-messages.ts';
import { JpegDecoder } from '../../server/video/jpeg-decoder.ts';
import { residentBytes } from '../support/process-figures.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';

const TIMEOUT = { timeout: 120_000 };
const MIB = 1024 * 1024;

/** The allocator's setting applies to the GNU C library, and so do the figures. */
function usesGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

/** The request for the full picture. */
const FULL = { bitrateBps: 1_000_000, encode: true, keyframe: false };

/**
 * Sends a codec process one request after the other. @returns its resident memory in bytes after each of `at` requests
 */
async function residentAfter(
  t: TestContext,
  at: readonly number[],
  ask: (link: CodecLink, index: number) => void,
): Promise<number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<number[]>();
  const resident: number[] = [];
  let answered = -1;
  const next = () => {
    answered++;
    if (at.includes(answered)) resident.push(residentBytes(link.pid ?? 0));
    if (resident.length === at.length) resolve(resident);
    else ask(link, answered);
  };
  const link = new CodecLink(
    {
      onReady: next,
      onAnswer: (_reply, _data, isLast) => {
        if (isLast) next();
      },
      onRejected: (_encoder, reason) => reject(new Error(reason)),
      onEnd: ({ reason }) => reject(new Error(reason)),
    },
    { startTimeoutMs: 20_000, answerTimeoutMs: 20_000 },
  );
  t.after(() => link.end('the test is over'));
  return promise;
}

test('a codec process that reads luma for a long time does not grow', TIMEOUT, async (t) => {
  if (process.platform !== 'linux') return t.skip('the size of another process is read from /proc');
  const [jpeg = Buffer.alloc(0)] = jpegPictures({ width: 16, height: 16, count: 1 });
  const [early = 0, late = 0] = await residentAfter(t, [4_000, 16_000], (link) =>
    link.ask(1, LUMA_REQUEST, jpeg),
  );
  assert.ok(late - early < 3 * MIB, `${early} bytes, later ${late} bytes`);
});

test('a camera that alternates two sizes does not make its codec process grow', TIMEOUT, async (t) => {
  if (!usesGlibc()) return t.skip('another C library');
  const jpegs = [
    ...jpegPictures({ width: 640, height: 480, count: 1 }),
    ...jpegPictures({ width: 1024, height: 768, count: 1 }),
  ];
  const [early = 0, late = 0] = await residentAfter(t, [40, 160], (link, index) => {
    const frame = { captureUs: index * 40_000, luma: true, rungs: { full: FULL } };
    link.ask(1, encodeRequest(frame), jpegs[index % 2] ?? Buffer.alloc(0));
  });
  assert.ok(late - early < 25 * MIB, `${early} bytes, later ${late} bytes`);
});

test("a codec process releases the memory of many cameras' encoders", TIMEOUT, async (t) => {
  if (!usesGlibc()) return t.skip('another C library');
  const jpegs = [
    ...jpegPictures({ width: 640, height: 480, count: 1 }),
    ...jpegPictures({ width: 1600, height: 1200, count: 1 }),
  ];
  const cameras = 8;
  const [tiny = Buffer.alloc(0)] = jpegPictures({ width: 16, height: 16, count: 1 });
  const rounds = 3 * cameras;
  const [watched = 0, left = 0] = await residentAfter(t, [rounds, rounds + 20], (link, index) => {
    if (index === rounds) for (let camera = 0; camera < cameras; camera++) link.closeEncoder(camera);
    if (index >= rounds) return link.ask(cameras, LUMA_REQUEST, tiny);
    const frame = { captureUs: index * 40_000, luma: true, rungs: { full: FULL } };
    link.ask(index % cameras, encodeRequest(frame), jpegs[index % 2] ?? Buffer.alloc(0));
  });
  assert.ok(left < 140 * MIB, `${watched} bytes watched, ${left} bytes afterwards`);
  assert.ok(watched > 200 * MIB, `${watched} bytes watched`);
});

test('the converters of the last three sizes and formats are kept, older ones are not', () => {
  const decoder = new JpegDecoder();
  const pictures = [
    ...jpegPictures({ width: 64, height: 48, count: 1 }),
    ...jpegPictures({ width: 32, height: 24, count: 1 }),
  ];
  const encoder = new JpegEncoder(64, 48, AV_PIX_FMT_YUV420P);
  encoder.picture.data?.forEach((plane) => plane.fill(128));
  pictures.push(encoder.encode(5), ...jpegPictures({ width: 16, height: 16, count: 1 }));
  encoder.close();
  const [first, second, third, fourth] = pictures.map((jpeg) => () => decoder.decode(jpeg));
  assert.ok(first && second && third && fourth);
  const [one, two, three] = [first(), second(), third()];
  assert.equal(new Set([one, two, three]).size, 3);
  assert.deepEqual([first() === one, second() === two, third() === three], [true, true, true]);
  fourth();
  assert.deepEqual([first() === one, third() === three], [false, true]);
  decoder.close();
});
