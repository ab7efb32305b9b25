/**
 * One connection of a camera to its server, protocol v1, from the challenge to the end.
 *
 * Invariants: no frame is sent before the server has proven that it knows the key; at most the ack window is
 * unacknowledged and one frame, the newest, waits; `closed` is emitted exactly once.
 */

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';
import { AckWindow } from '../core/link/ack-window.ts';
import {
  handshakeHmac,
  parseNonce,
  verifyHandshakeHmac,
  type HandshakeFacts,
} from '../core/link/camera-handshake.ts';
import {
  CAMERA_SUBPROTOCOL,
  MAX_CONTROL_BYTES,
  NONCE_BYTES,
  SEND_STALL_MS,
  SILENCE_TIMEOUT_MS,
  TELEMETRY_INTERVAL_MS,
  TIME_SYNC_INTERVAL_MS,
  type CameraToServer,
  type HelloMessage,
  type OtaMessage,
  type TelemetryMessage,
} from '../wire/camera-protocol.ts';
import { type CameraSettings } from '../wire/camera-settings.ts';
import { UpdateReceiver } from './firmware-update.ts';
import { frameMessage, sendInFragments } from './frame-message.ts';
import { cameraClockUs, type CapturedFrame } from './frame-ticker.ts';
import { parseServerMessage, readSettings, type SettingsRequest } from './server-messages.ts';
import { TimeQuestions } from './time-questions.ts';

export interface V1ConnectionOptions {
  url: string;
  cameraId: string;
  /** 32 bytes. */
  key: Uint8Array;
  device: Pick<HelloMessage, 'firmware' | 'board' | 'sensor' | 'capabilities' | 'target' | 'frameIntervalMs'>;
  /** @returns why the settings cannot be applied, or undefined when they were */
  applySettings: (settings: CameraSettings) => Promise<string | undefined>;
  telemetry: () => Omit<TelemetryMessage, 'type' | 'drops' | 'sendStalls'>;
  /** State of its motion sensor at the start. */
  motion?: boolean;
  /** Timeout for connecting, the welcome and each answer; tests use a shorter one. */
  silenceTimeoutMs?: number;
}

export interface ConnectionEvents {
  online: [];
  /** The server requested a restart; the connection closes itself. */
  reboot: [];
  /** The camera restarts with another firmware; the connection closes itself. */
  updated: [version: string];
  closed: [reason: string, code: number];
}

const WATCH_INTERVAL_MS = 1_000;
const NOT_THE_PROTOCOL = 'the server sent a message that is not protocol v1';

export class V1Connection extends EventEmitter<ConnectionEvents> {
  readonly #options: V1ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #window = new AckWindow<CapturedFrame>(1);
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #silenceTimeoutMs: number;
  readonly #handshakeDeadline: NodeJS.Timeout;
  readonly #update: UpdateReceiver;
  readonly #time = new TimeQuestions((question) => this.#send(question));
  #facts: HandshakeFacts | undefined;
  #welcomed = false;
  #online = false;
  #closed = false;
  #acknowledged = false;
  #framesSent = 0;
  #sendStalls = 0;
  #motion: boolean;
  #motionTold = false;

  constructor(options: V1ConnectionOptions) {
    super();
    this.#options = options;
    this.#motion = options.motion ?? false;
    this.#silenceTimeoutMs = options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS;
    this.#update = new UpdateReceiver(options.url, options.device.firmware, (message) => this.#send(message));
    this.#socket = new WebSocket(options.url, CAMERA_SUBPROTOCOL, {
      perMessageDeflate: false,
      maxPayload: MAX_CONTROL_BYTES,
      handshakeTimeout: this.#silenceTimeoutMs,
    });
    this.#handshakeDeadline = setTimeout(
      () => this.#end('no welcome from the server in time'),
      2 * this.#silenceTimeoutMs,
    );
    this.#socket.on('message', (data, isBinary) => this.#onMessage(data as Buffer, isBinary));
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('close', (code, reason) => this.#end(reason.toString() || 'the connection ended', code));
  }

  /** Whether a frame was acknowledged. */
  get acknowledged(): boolean {
    return this.#acknowledged;
  }

  get framesSent(): number {
    return this.#framesSent;
  }

  /** Frames replaced by a newer one while the window was full. */
  get passedOver(): number {
    return this.#window.passedOver;
  }

  /** Sends the frame now, or when the window allows it, unless a newer one replaces it. */
  offer(frame: CapturedFrame): void {
    if (!this.#online) return;
    this.#window.offer(frame);
    this.#sendFrames();
  }

  /** Sets the state of its motion sensor. */
  sense(motion: boolean): void {
    this.#motion = motion;
    this.#tellMotion();
  }

  /** Idempotent. */
  close(): void {
    this.#end('closed by the camera', 1000);
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    const message = isBinary ? undefined : parseServerMessage(data.toString('utf8'));
    if (!message) return this.#end(NOT_THE_PROTOCOL);
    if (message.type === 'challenge') return this.#onChallenge(message.nonce);
    if (message.type === 'welcome') return void this.#onWelcome(message.hmac, readSettings(message.settings));
    // Commands count only from a server that has proven to know the key.
    if (!this.#online) return this.#end(NOT_THE_PROTOCOL);
    switch (message.type) {
      case 'ack':
        return this.#onAck(message.sequence);
      case 'time':
        return this.#time.onAnswer(message.id);
      case 'set':
        return void this.#onSet(message.id, readSettings(message));
      case 'ota':
        return void this.#onOta(message);
      case 'reboot':
        this.#send({ type: 'applied', id: message.id });
        this.emit('reboot');
        return this.#end('reboot requested', 1000);
    }
  }

  #onChallenge(nonce: string): void {
    const { cameraId, key, device } = this.#options;
    const serverNonce = parseNonce(nonce);
    if (!serverNonce) return this.#end(NOT_THE_PROTOCOL);
    if (this.#facts) return this.#end('a second challenge');
    this.#facts = { cameraId, serverNonce, cameraNonce: randomBytes(NONCE_BYTES) };
    this.#send({
      type: 'hello',
      cameraId,
      nonce: Buffer.from(this.#facts.cameraNonce).toString('base64url'),
      hmac: handshakeHmac(key, 'camera', this.#facts),
      ...device,
    });
  }

  async #onWelcome(hmac: string, request: SettingsRequest): Promise<void> {
    if (!this.#facts || this.#welcomed) return this.#end('an unexpected welcome');
    if (!verifyHandshakeHmac(this.#options.key, 'server', this.#facts, hmac))
      return this.#end('the server does not know the key: this is not the server it was paired with');
    this.#welcomed = true;
    clearTimeout(this.#handshakeDeadline);
    // Whether or not the camera accepts its settings, the window applies to the connection.
    if (request.ackWindow !== undefined) this.#window.size = request.ackWindow;
    this.#online = true;
    await this.#apply(request);
    if (this.#closed) return;
    this.#timers.push(
      setInterval(() => this.#time.ask(), TIME_SYNC_INTERVAL_MS),
      setInterval(() => this.#sendTelemetry(), TELEMETRY_INTERVAL_MS),
      setInterval(() => this.#watch(), Math.min(WATCH_INTERVAL_MS, this.#silenceTimeoutMs)),
    );
    this.#time.ask();
    this.#sendTelemetry();
    this.#tellMotion();
    this.emit('online');
  }

  async #onSet(id: number, settings: SettingsRequest): Promise<void> {
    const reason = await this.#apply(settings);
    this.#send(reason === undefined ? { type: 'applied', id } : { type: 'rejected', id, reason });
  }

  async #apply({ settings, ackWindow, refusal }: SettingsRequest): Promise<string | undefined> {
    try {
      refusal ??= await this.#options.applySettings(settings);
    } catch (error) {
      refusal = error instanceof Error ? error.message : 'it failed';
    }
    if (refusal === undefined && ackWindow !== undefined) {
      this.#window.size = ackWindow;
      this.#sendFrames();
    }
    return refusal;
  }

  async #onOta(offer: OtaMessage): Promise<void> {
    if (!(await this.#update.take(offer))) return;
    this.emit('updated', offer.version);
    this.#end(`restarting with ${offer.version}`, 1001);
  }

  #onAck(sequence: number): void {
    if (!this.#window.acknowledge(sequence))
      return this.#end('the server acknowledged a frame that was never sent');
    this.#acknowledged = true;
    this.#sendFrames();
  }

  #sendFrames(): void {
    for (;;) {
      if (!this.#online || this.#socket.readyState !== WebSocket.OPEN) return;
      const sendUs = cameraClockUs();
      const next = this.#window.take(sendUs);
      if (!next) return;
      sendInFragments(this.#socket, frameMessage(next.frame, next.sequence, sendUs), () => {
        if (cameraClockUs() - sendUs > SEND_STALL_MS * 1000) this.#sendStalls++;
      });
      this.#framesSent++;
    }
  }

  #sendTelemetry(): void {
    const { resetReason, ...device } = this.#options.telemetry();
    const [drops, sendStalls] = [this.passedOver, this.#sendStalls];
    this.#send({ type: 'telemetry', ...device, drops, sendStalls, resetReason });
  }

  #tellMotion(): void {
    if (!this.#online || this.#motion === this.#motionTold) return;
    this.#motionTold = this.#motion;
    this.#send({ type: 'motion', active: this.#motion });
  }

  #watch(): void {
    const longAgoUs = cameraClockUs() - this.#silenceTimeoutMs * 1000;
    const waitingSince = [this.#window.oldestSentAtUs, this.#time.askedAtUs];
    if (waitingSince.some((us) => us !== undefined && us < longAgoUs))
      this.#end(`the server has not answered for ${this.#silenceTimeoutMs / 1000} s`);
  }

  /** A text message must not fall between a frame's fragments: those are sent in one go. */
  #send(message: CameraToServer): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #end(reason: string, code = 1006): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#online = false;
    clearTimeout(this.#handshakeDeadline);
    for (const timer of this.#timers) clearInterval(timer);
    this.#update.close();
    if (code === 1000 || code === 1001) this.#socket.close(code);
    else this.#socket.terminate();
    this.emit('closed', reason, code);
  }
}
