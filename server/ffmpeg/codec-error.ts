/** An error of FFmpeg with FFmpeg's own text. It is sent from the codec process to the server as a sentence. */

import { FFmpegError } from 'node-av/lib';

export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** @throws CodecError when `result`, a return value of FFmpeg, is negative */
export function check(result: number, what: string): void {
  if (result < 0) throw new CodecError(`${what}: ${FFmpegError.strerror(result)}`);
}
