/**
 * One stream of bytes through a tunnel, on either side: to Node's HTTP it is a socket.
 *
 * Invariants: it buffers at most a window in each direction (core/edges/stream-flow.ts), also when nobody reads; an error, a
 * reset, a lost connection or silence on one side ends it on the other too, and nothing is sent after its end.
 */

import { Duplex } from 'node:stream';
import { StreamFlow } from '../core/edges/stream-flow.ts';
import { readTunnelMessage, writeTunnelMessage, type TunnelType } from '../wire/tunnel-message.ts';

export interface StreamRoom {
  has(bytes: number): boolean;
  take(bytes: number): void;
}

export interface TunnelStreamOptions {
  /** @returns false when there is no connection */
  send: (message: Uint8Array) => boolean;
  /** Address of the client, as Node's sockets name it. */
  remoteAddress?: string | undefined;
  encrypted?: boolean;
  viaEdge: string;
  /** Room on a line that has something more urgent to carry; undefined: there is always room. */
  room?: StreamRoom;
  nowUs: number;
}

/** While nothing else is sent. */
export const KEEP_ALIVE_US = 10_000_000;
/** Time without a message of the other side: two were lost, or it has stopped. */
export const SILENCE_US = 30_000_000;
/** Less than a window, so that what is read gives credit again. */
const BUFFER_BYTES = 64 * 1024;
/** Shorter ones never wait for room: words of signaling, heads of answers. */
const SHORT_BYTES = 2 * 1024;
/** The longest message where others wait for the same room. */
const TURN_BYTES = 16 * 1024;

export class TunnelStream extends Duplex {
  /** Like sockets of Node. */
  readonly remoteAddress: string | undefined;
  readonly remotePort = 0;
  readonly encrypted: boolean;
  /** For http/client-connection.ts. */
  readonly viaEdge: string;
  bytesRead = 0;
  bytesWritten = 0;
  readonly #send: (message: Uint8Array) => boolean;
  readonly #room: StreamRoom | undefined;
  readonly #flow = new StreamFlow();
  #unsent: { chunk: Buffer; done: (error?: Error | null) => void } | undefined;
  #heardUs: number;
  #spokeUs: number;
  /** Nothing is sent any more. */
  #isSilent = false;
  /** The other side has sent everything. */
  #hasEnded = false;
  #idle: { ms: number; timer: NodeJS.Timeout } | undefined;

  constructor({ send, remoteAddress, encrypted = false, viaEdge, room, nowUs }: TunnelStreamOptions) {
    super({ readableHighWaterMark: BUFFER_BYTES, writableHighWaterMark: BUFFER_BYTES });
    this.#send = send;
    this.remoteAddress = remoteAddress;
    this.encrypted = encrypted;
    this.viaEdge = viaEdge;
    this.#room = room;
    this.#heardUs = nowUs;
    this.#spokeUs = nowUs;
    // An error without a listener would end the process; users of the stream listen to `close`.
    this.on('error', () => undefined);
  }

  /** Takes a message of the other side. */
  onMessage(bytes: Uint8Array, nowUs: number): void {
    if (this.destroyed) return;
    const message = readTunnelMessage(bytes);
    if (typeof message === 'string') return void this.destroy(new Error(`malformed message: ${message}`));
    if (message.type === 'reset') return this.#onReset();
    if (!this.#flow.arrived(message.sequence))
      return void this.destroy(new Error('bytes of the stream are missing'));
    this.#heardUs = nowUs;
    if (message.type === 'data') this.#onData(message.data);
    else if (message.type === 'credit') this.#onCredit(message.creditBytes);
    else this.#onEnd();
  }

  /** It could send, but for room on the line. */
  get awaitsRoom(): boolean {
    return this.#unsent !== undefined && this.#flow.sendableBytes > 0;
  }

  /** There may be room on the line. */
  onRoom(): void {
    this.#sendData();
  }

  /** A few times a minute. */
  tick(nowUs: number): void {
    if (nowUs - this.#heardUs >= SILENCE_US) return void this.destroy(new Error('the other side is silent'));
    if (nowUs - this.#spokeUs < KEEP_ALIVE_US) return;
    this.#spokeUs = nowUs;
    this.#tell('credit', { creditBytes: 0 });
  }

  /** There is no connection: the other side cannot be told. */
  lost(): void {
    this.#isSilent = true;
    this.destroy(new Error('the connection to NATS is lost'));
  }

  /** Like a socket of Node: emits `timeout` after `ms` without bytes; 0: never. */
  setTimeout(ms: number, onTimeout?: () => void): this {
    clearTimeout(this.#idle?.timer);
    this.#idle = undefined;
    if (onTimeout) this.once('timeout', onTimeout);
    if (ms > 0) this.#idle = { ms, timer: setTimeout(() => this.emit('timeout'), ms).unref() };
    return this;
  }

  /** Ends it once everything is sent. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Drops the bytes that wait. */
  resetAndDestroy(): this {
    return this.destroy(new Error('reset'));
  }

  override _read(): void {
    this.#giveCredit();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#unsent = { chunk, done };
    this.#sendData();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#tell('end');
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idle?.timer);
    // After its end the other side may still be reading; further messages of it are answered with a reset.
    const isOver = this.writableFinished && !error;
    if (!isOver && !this.#isSilent) this.#send(writeTunnelMessage('reset', 0));
    this.#isSilent = true;
    this.#unsent?.done(error ?? new Error('the stream is closed'));
    this.#unsent = undefined;
    done(error);
  }

  #onData(data: Uint8Array): void {
    if (!this.#flow.received(data.length))
      return void this.destroy(new Error('the other side sends more than it may'));
    this.bytesRead += data.length;
    this.#idle?.timer.refresh();
    this.push(data);
  }

  #onEnd(): void {
    this.#hasEnded = true;
    this.push(null);
  }

  /** Bytes that were sent before the reset are still read. */
  #onReset(): void {
    this.#isSilent = true;
    if (!this.#hasEnded) return void this.destroy(new Error('the other side has reset the stream'));
    this.#unsent?.done();
    this.#unsent = undefined;
  }

  #onCredit(bytes: number): void {
    if (!this.#flow.credited(bytes))
      return void this.destroy(new Error('the other side gives more credit than it was sent bytes'));
    this.#sendData();
  }

  #giveCredit(): void {
    const creditBytes = this.#flow.takeCredit(this.readableLength);
    if (creditBytes > 0) this.#tell('credit', { creditBytes });
  }

  #sendData(): void {
    const { chunk, done } = this.#unsent ?? {};
    if (!chunk || !done) return;
    if (this.#isSilent) {
      this.#unsent = undefined;
      return done();
    }
    let sent = 0;
    const isShort = chunk.length <= SHORT_BYTES;
    while (sent < chunk.length && this.#flow.sendableBytes > 0 && !this.destroyed) {
      const atMost = this.#room ? Math.min(TURN_BYTES, this.#flow.sendableBytes) : this.#flow.sendableBytes;
      const data = chunk.subarray(sent, sent + atMost);
      if (!isShort && this.#room?.has(data.length) === false) break;
      if (!isShort) this.#room?.take(data.length);
      this.#flow.sent(data.length);
      sent += data.length;
      this.#tell('data', { data });
    }
    if (this.destroyed) return;
    this.bytesWritten += sent;
    if (sent > 0) this.#idle?.timer.refresh();
    this.#unsent = sent < chunk.length ? { chunk: chunk.subarray(sent), done } : undefined;
    if (!this.#unsent) done();
  }

  #tell(type: TunnelType, content?: Parameters<typeof writeTunnelMessage>[2]): void {
    if (this.#isSilent) return;
    if (!this.#send(writeTunnelMessage(type, this.#flow.nextSequence(), content))) this.lost();
  }
}
