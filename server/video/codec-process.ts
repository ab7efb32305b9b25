/**
 * The codec process: JPEG in, VP8 out, on one socket, as long as the server holds the other end. Hostile JPEGs reach
 * FFmpeg only here, in a process without environment, secrets or rights; a crash affects this process only.
 *
 * One blocking loop: a request is read and answered before the next one is read, and each rung is sent as soon as it is
 * encoded. That gives the least latency and work between two processes. Between two requests the event loop runs one
 * turn, because Node runs the finalizers of native objects only there: without it, memory grows with every picture.
 */

import { readSync, writevSync } from 'node:fs';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { CameraCodec } from './camera-codec.ts';
import { CodecError } from '../ffmpeg/codec-error.ts';
import {
  CODEC_FD,
  MAX_BODY_BYTES,
  readRequestHeader,
  REPLY,
  REQUEST,
  REQUEST_HEADER_BYTES,
  writeReplyHeader,
  type CodecReplyHeader,
  type CodecRequestHeader,
} from './codec-messages.ts';
import { scaleJpeg } from './jpeg-scaler.ts';
import type { Luma } from './luma-reader.ts';

const codecs = new Map<number, CameraCodec>();
const header = Buffer.alloc(REQUEST_HEADER_BYTES);
let body = Buffer.alloc(256 * 1024);

/** @returns false when the server closed its end */
function readFully(target: Buffer): boolean {
  for (let filled = 0; filled < target.length;) {
    const bytes = readSync(CODEC_FD, target, filled, target.length - filled, null);
    if (bytes === 0) return false;
    filled += bytes;
  }
  return true;
}

function reply(fields: Partial<CodecReplyHeader> & { type: number }, data?: Uint8Array): void {
  let buffers: Uint8Array[] = [
    writeReplyHeader({
      encoder: 0,
      keyframe: false,
      residentMib: 0,
      width: 0,
      height: 0,
      decodeStartUs: 0,
      decodedUs: 0,
      encodedUs: 0,
      rung: 'full',
      layer: undefined,
      ...fields,
      bodyBytes: data?.length ?? 0,
    }),
    ...(data ? [data] : []),
  ];
  for (;;) {
    const written = writevSync(CODEC_FD, buffers);
    const rest = Buffer.concat(buffers).subarray(written);
    if (rest.length === 0) return;
    buffers = [rest];
  }
}

function replyLuma(encoder: number, { columns, rows, cells }: Luma): void {
  reply({ type: REPLY.luma, encoder, width: columns, height: rows }, cells);
}

/** Memory of this process; the field has room for 64 GiB. */
function residentMib(): number {
  return Math.min(0xffff, Math.round(process.memoryUsage.rss() / 2 ** 20));
}

function turnEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function codecOf(encoder: number): CameraCodec {
  const codec = codecs.get(encoder) ?? new CameraCodec();
  codecs.set(encoder, codec);
  return codec;
}

function answer(request: CodecRequestHeader, jpeg: Buffer): void {
  const { type, encoder } = request;
  try {
    if (type === REQUEST.encode) {
      const luma = codecOf(encoder).transcode(request, jpeg, ({ data, ...frame }) =>
        reply({ type: REPLY.encoded, encoder, ...frame }, data),
      );
      if (luma) replyLuma(encoder, luma);
    } else if (type === REQUEST.scale) {
      const { data, ...size } = scaleJpeg(jpeg, request.width);
      reply({ type: REPLY.scaled, encoder, ...size }, data);
    } else {
      replyLuma(encoder, codecOf(encoder).readLuma(jpeg));
    }
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    reply({ type: REPLY.rejected, encoder }, Buffer.from(error.message));
  }
}

// The server handles a signal to the whole group (Ctrl-C, systemd); when it ends, this socket closes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
Log.setLevel(AV_LOG_QUIET);
reply({ type: REPLY.ready, residentMib: residentMib() });
while (readFully(header)) {
  const request = readRequestHeader(header);
  if (request.bodyBytes > MAX_BODY_BYTES) throw new RangeError('request too large');
  if (request.bodyBytes > body.length) body = Buffer.alloc(request.bodyBytes);
  const jpeg = body.subarray(0, request.bodyBytes);
  if (!readFully(jpeg)) break;
  if (request.type === REQUEST.closeEncoder) {
    codecs.get(request.encoder)?.close();
    codecs.delete(request.encoder);
  } else if (request.type === REQUEST.measure) {
    reply({ type: REPLY.measured, residentMib: residentMib() });
  } else {
    answer(request, jpeg);
  }
  await turnEventLoop();
}
