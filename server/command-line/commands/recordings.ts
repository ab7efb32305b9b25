/** `record` reads and sets when a camera is recorded; `export` fetches a range as one file. */

import { setTimeout as sleep } from 'node:timers/promises';
import { RECORDING_MODE } from '../../wire/recording.ts';
import { validate } from '../../wire/validate.ts';
import { CommandError } from '../command-error.ts';
import type { CommandRun } from '../command-run.ts';
import { save } from '../output.ts';
import { findCamera } from './cameras.ts';

const POLL_MS = 500;

export async function record({ api, output, words, options }: CommandRun): Promise<void> {
  const { id, name } = await findCamera(api, words[0] ?? '');
  const params = { cameraId: id };
  if (options.mode !== undefined) {
    const mode = validate(RECORDING_MODE, options.mode);
    if (!mode.success)
      throw new CommandError('usage', `--mode is one of ${RECORDING_MODE.options.join(', ')}`);
    const { settings } = await api.call('GET /api/cameras/:cameraId/recording', { params });
    const body = { ...settings, mode: mode.data };
    await api.call('PUT /api/cameras/:cameraId/recording', { params, body });
  }
  const now = await api.call('GET /api/cameras/:cameraId/recording', { params });
  output.value(now, `${name}: ${now.settings.mode}, ${now.recording ? 'recording' : 'not recording'} now`);
}

export async function exportRange({ api, output, words, options, nowMs, gone }: CommandRun): Promise<void> {
  const { id, name } = await findCamera(api, words[0] ?? '');
  const [fromMs, toMs] = [
    momentOf('from', options.from),
    options.to === undefined ? nowMs() : momentOf('to', options.to),
  ];
  const body = { fromMs: Math.round(fromMs), toMs: Math.round(toMs) };
  let job = await api.call('POST /api/cameras/:cameraId/exports', { params: { cameraId: id }, body });
  const params = { cameraId: id, exportId: job.id };
  while (job.state === 'preparing') {
    output.progress(`Preparing ${name}`, job.progress);
    await sleep(POLL_MS, undefined, { signal: gone });
    job = await api.call('GET /api/cameras/:cameraId/exports/:exportId', { params });
  }
  if (job.state === 'failed') throw new CommandError('failed', job.problem ?? 'the export failed');
  const response = await api.fetch('GET /api/cameras/:cameraId/exports/:exportId.webm', { params });
  const path = options.output ?? `${id}-${new Date(body.fromMs).toISOString().replaceAll(/[:.]/g, '-')}.webm`;
  const total = job.bytes ?? 0;
  let bytes = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, controller) => {
        bytes += piece.length;
        output.progress(`Fetching ${name}`, total === 0 ? 0 : bytes / total);
        controller.enqueue(piece);
      },
    }),
  );
  if (counted) await save(path, counted);
  if (path !== '-')
    output.value({ cameraId: id, file: path, bytes, ...body }, `${name}: ${path}, ${bytes} bytes`);
}

/** @throws CommandError `usage` */
function momentOf(name: string, text: string | undefined): number {
  const ms = text === undefined ? NaN : Date.parse(text);
  if (Number.isNaN(ms))
    throw new CommandError('usage', `--${name} must be a time like 2026-11-29T14:05 or 2026-11-29T13:05:00Z`);
  return ms;
}
