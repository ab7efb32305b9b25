/**
 * One run of one codec process, seen from the server: started here, given requests here, and ended here when it dies or
 * hangs. Its successor is the pool's task.
 *
 * Invariants: the process answers in order, so the oldest unanswered request is the one in work, and only that one is to
 * blame when the process ends or is silent for too long. A request stays unanswered until the last reply to it.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { answerTimeMs } from '../core/video/answer-time.ts';
import type { JpegSize } from '../core/video/jpeg-header.ts';
import { CODEC_ENVIRONMENT, codecPrivileges } from './codec-privileges.ts';
import {
  CLOSE_ENCODER,
  CODEC_FD,
  MAX_BODY_BYTES,
  MEASURE,
  NO_ENCODER,
  readReplyHeader,
  REPLY,
  repliesTo,
  REPLY_HEADER_BYTES,
  writeRequestHeader,
  type CodecReplyHeader,
  type CodecRequest,
} from './codec-messages.ts';

export interface CodecLinkEvents {
  onReady(): void;
  /**
   * @param data a VP8 frame, luma or a JPEG, by the reply's type
   * @param isLast no other reply to this request follows
   */
  onAnswer(reply: CodecReplyHeader, data: Uint8Array, isLast: boolean): void;
  /** The JPEG was damaged; no other reply to this request follows. */
  onRejected(encoder: number, reason: string): void;
  /** Called once, last of all. */
  onEnd(end: CodecEnd): void;
}

export interface CodecEnd {
  reason: string;
  /** The encoder whose frame was in work. */
  inWork: number | undefined;
  /** The process was killed from outside, for example by the system for lack of memory: no picture causes that. */
  external: boolean;
}

export interface CodecLinkOptions {
  /** From spawn to ready. */
  startTimeoutMs: number;
  /** For one frame; longer for a large one. */
  answerTimeoutMs: number;
}

const ENTRY = fileURLToPath(new URL('codec-process.ts', import.meta.url));
/** Output kept from a process that died: enough for a stack, too little to flood the log. */
const MAX_LAST_WORDS = 2000;

export class CodecLink {
  readonly #child: ChildProcess;
  /** Undefined when there was no descriptor left to start a process; then an error follows. */
  readonly #socket: Duplex | undefined;
  readonly #events: CodecLinkEvents;
  readonly #answerTimeoutMs: number;
  /** Oldest first; at most one per encoder, and one without. */
  readonly #unanswered: { encoder: number; replies: number; timeMs: number }[] = [];
  #received: Buffer = Buffer.alloc(0);
  #reply: CodecReplyHeader | undefined;
  #watchdog: NodeJS.Timeout;
  #ready = false;
  #residentMib: number | undefined;
  #endReason: string | undefined;
  #gone = false;
  #lastWords = '';

  constructor(events: CodecLinkEvents, { startTimeoutMs, answerTimeoutMs }: CodecLinkOptions) {
    this.#events = events;
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#child = spawn(process.execPath, [...codecPrivileges(), ENTRY], {
      env: CODEC_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#child.on('error', (error) => this.#onGone(`could not be started: ${error.message}`, false));
    this.#child.on('close', (code, signal) =>
      this.#onGone(`ended with ${signal ?? `exit code ${code}`}`, signal === 'SIGKILL'),
    );
    this.#watchdog = setTimeout(() => this.end('did not start in time'), startTimeoutMs);
    this.#child.stderr?.setEncoding('utf8').on('data', (words: string) => {
      this.#lastWords = (this.#lastWords + words).slice(-MAX_LAST_WORDS);
    });
    const stdio: readonly unknown[] | undefined = this.#child.stdio;
    this.#socket = stdio?.[CODEC_FD] as Duplex | undefined;
    this.#socket?.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#socket?.on('error', () => undefined).on('close', () => this.#onSocketClosed());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ready(): boolean {
    return this.#ready && this.#endReason === undefined;
  }

  /** Resident memory of the process, as last reported. */
  get residentMib(): number | undefined {
    return this.#residentMib;
  }

  /** @param size of the picture, where it may be a large one */
  ask(encoder: number, request: CodecRequest, jpeg: Uint8Array, size?: JpegSize): void {
    if (!this.ready) throw new Error('the codec process is not ready');
    this.#expect(encoder, repliesTo(request), size);
    this.#socket?.cork();
    this.#socket?.write(writeRequestHeader({ ...request, encoder, bodyBytes: jpeg.length }));
    this.#socket?.write(jpeg);
    this.#socket?.uncork();
  }

  closeEncoder(encoder: number): void {
    if (!this.ready) return;
    this.#socket?.write(writeRequestHeader({ ...CLOSE_ENCODER, encoder, bodyBytes: 0 }));
  }

  /** Requests `residentMib`, unless the last such request is unanswered. */
  measure(): void {
    if (!this.ready || this.#unanswered.some(({ encoder }) => encoder === NO_ENCODER)) return;
    this.#expect(NO_ENCODER, 1);
    this.#socket?.write(writeRequestHeader({ ...MEASURE, encoder: NO_ENCODER, bodyBytes: 0 }));
  }

  /** Kills the process; `onEnd` follows. Idempotent. */
  end(reason: string): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    clearTimeout(this.#watchdog);
    this.#child.kill('SIGKILL');
  }

  #onData(chunk: Buffer): void {
    if (this.#endReason !== undefined) return;
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      if (!this.#reply) {
        if (this.#received.length < REPLY_HEADER_BYTES) return;
        this.#reply = readReplyHeader(this.#received);
        this.#received = this.#received.subarray(REPLY_HEADER_BYTES);
        if (!this.#reply) return this.end('sent an invalid reply');
        if (this.#reply.bodyBytes > MAX_BODY_BYTES) return this.end('sent a reply that is too large');
      }
      const reply = this.#reply;
      if (this.#received.length < reply.bodyBytes) return;
      const data = this.#received.subarray(0, reply.bodyBytes);
      this.#received = this.#received.subarray(reply.bodyBytes);
      this.#reply = undefined;
      this.#onReply(reply, data);
      if (this.#endReason !== undefined) return;
    }
  }

  #onReply(reply: CodecReplyHeader, data: Buffer): void {
    if (reply.type === REPLY.ready) {
      this.#ready = true;
      this.#residentMib = reply.residentMib;
      clearTimeout(this.#watchdog);
      return this.#events.onReady();
    }
    const [inWork] = this.#unanswered;
    if (inWork?.encoder !== reply.encoder) return this.end('answered without a request');
    if (reply.type === REPLY.luma && data.length !== reply.width * reply.height)
      return this.end('sent another amount of luma than announced');
    const isRejected = reply.type === REPLY.rejected;
    const isLast = isRejected || --inWork.replies === 0;
    if (isLast) this.#unanswered.shift();
    this.#watch();
    if (reply.type === REPLY.measured) this.#residentMib = reply.residentMib;
    else if (isRejected) this.#events.onRejected(reply.encoder, data.toString());
    else this.#events.onAnswer(reply, data, isLast);
  }

  #expect(encoder: number, replies: number, size: JpegSize = { width: 0, height: 0 }): void {
    this.#unanswered.push({ encoder, replies, timeMs: answerTimeMs(this.#answerTimeoutMs, size) });
    if (this.#unanswered.length === 1) this.#watch();
  }

  /** The time for the next reply begins now. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    const [inWork] = this.#unanswered;
    if (inWork) this.#watchdog = setTimeout(() => this.end('did not answer in time'), inWork.timeMs);
  }

  /** The process has ended, and the cause follows at once; otherwise it is ended. */
  #onSocketClosed(): void {
    if (this.#gone || this.#endReason !== undefined) return;
    this.#ready = false;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.end('closed its socket'), this.#answerTimeoutMs);
  }

  #onGone(how: string, killed: boolean): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#watchdog);
    this.#socket?.destroy();
    const reason = [this.#endReason, how, this.#lastWords.trim()].filter(Boolean).join(': ');
    const external = killed && this.#endReason === undefined;
    this.#endReason = reason;
    const encoder = this.#unanswered[0]?.encoder;
    this.#events.onEnd({ reason, inWork: encoder === NO_ENCODER ? undefined : encoder, external });
  }
}
