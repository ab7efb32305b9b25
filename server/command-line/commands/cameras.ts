/** The commands `cameras`, `snapshot` and `watch`. */

import type { CameraView } from '../../wire/camera.ts';
import type { ApiCaller } from '../api-caller.ts';
import { CommandError } from '../command-error.ts';
import type { CommandRun } from '../command-run.ts';
import { mjpegParts } from '../mjpeg-parts.ts';
import { save } from '../output.ts';

const SECOND_MS = 1000;

export async function listCameras({ api, output }: CommandRun): Promise<void> {
  const cameras = await api.call('GET /api/cameras', {});
  output.table(cameras, ['ID', 'NAME', 'STATUS', 'RIGHTS'], ({ id, name, status, rights }) => [
    id,
    name,
    status,
    rights.join(' '),
  ]);
}

/** @param word the id or the name @throws CommandError `notFound`, `usage` for a name that several cameras have */
export async function findCamera(api: ApiCaller, word: string): Promise<CameraView> {
  const cameras = await api.call('GET /api/cameras', {});
  const found = cameras.filter(({ id, name }) => id === word || name === word);
  if (found.length > 1)
    throw new CommandError('usage', `several cameras are called ${word}; name one by its id`);
  if (found[0]) return found[0];
  throw new CommandError(
    'notFound',
    `there is no camera ${word}, or the key has no right to it; see \`vigie cameras\``,
  );
}

export async function snapshot({ api, output, words, options }: CommandRun): Promise<void> {
  const { id, name } = await findCamera(api, words[0] ?? '');
  const query = options.width === undefined ? {} : { width: Number(options.width) };
  const response = await api.fetch('GET /api/cameras/:cameraId/snapshot.jpg', {
    params: { cameraId: id },
    query,
  });
  const jpeg = await response.bytes();
  const path = options.output ?? `${id}.jpg`;
  await save(path, jpeg);
  if (path !== '-')
    output.value({ cameraId: id, file: path, bytes: jpeg.length }, `${name}: ${path}, ${jpeg.length} bytes`);
}

/** Prints a line each second: pictures, their age on arrival, their size. `--for` ends it even if no picture arrives. */
export async function watch({ api, output, words, options, nowMs }: CommandRun): Promise<void> {
  const { id } = await findCamera(api, words[0] ?? '');
  const over = new AbortController();
  const timer = options.for && setTimeout(() => over.abort(), Number(options.for) * SECOND_MS);
  let beganMs = nowMs();
  let ages: number[] = [];
  let bytes = 0;
  let lines = 0;
  const print = (spentMs: number): void => {
    const figures = {
      fps: round((ages.length * SECOND_MS) / spentMs),
      ageMs: Math.round(ages.toSorted((one, other) => one - other)[Math.floor(ages.length / 2)] ?? 0),
      bytes: Math.round(bytes / ages.length),
    };
    const text = `${figures.fps} fps, age ${figures.ageMs} ms, ${figures.bytes} bytes a picture`;
    output.value({ cameraId: id, ...figures }, text);
    lines++;
    [beganMs, ages, bytes] = [nowMs(), [], 0];
  };
  try {
    const request = { params: { cameraId: id } };
    const { body } = await api.fetch('GET /api/cameras/:cameraId/mjpeg', request, {}, over.signal);
    beganMs = nowMs();
    if (timer) timer.refresh();
    for await (const { jpeg, takenAtMs } of mjpegParts(body ?? new ReadableStream())) {
      ages.push(nowMs() - takenAtMs);
      bytes += jpeg.length;
      const spentMs = nowMs() - beganMs;
      if (spentMs >= SECOND_MS) print(spentMs);
    }
  } catch (error) {
    if (!over.signal.aborted) throw error;
    const spentMs = nowMs() - beganMs;
    // Figures of a fraction of a second mean little.
    if (ages.length > 0 && (lines === 0 || spentMs >= SECOND_MS / 2)) print(spentMs);
    if (lines === 0) throw new CommandError('failed', `no picture came within ${options.for} s`);
    return;
  } finally {
    if (timer) clearTimeout(timer);
  }
  throw new CommandError('failed', 'the server ended the stream');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
