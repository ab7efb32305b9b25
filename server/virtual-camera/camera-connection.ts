/**
 * One connection of a camera to its server, protocol v1, from the challenge to the end.
 *
 * Invariants: no frame leaves before the server has proven that it knows the key; at most the ack window is on its way
 * and one frame waits, the newest; `closed` is emitted exactly once.
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
import { FirmwareUpdate } from './firmware-update.ts';
import { frameMessage, sendInFragments } from './frame-message.ts';
import { cameraClockUs, type CapturedFrame } from './frame-ticker.ts';
import { parseServerMessage, readSettings, type SettingsRequest } from './server-messages.ts';
import { TimeQuestions } from './time-questions.ts';

export interface CameraConnectionOptions {
  url: string;
  cameraId: string;
  /** 32 bytes. */
  key: Uint8Array;
  device: Pick<HelloMessage, 'firmware' | 'board' | 'sensor' | 'capabilities' | 'target' | 'frameIntervalMs'>;
  /** @returns why the settings cannot be applied, or undefined when they were */
  applySettings: (settings: CameraSettings) => Promise<string | undefined>;
  telemetry: () => Omit<TelemetryMessage, 'type' | 'drops' | 'sendStalls'>;
  /** Whether its movement sensor sees something at the start. */
  motion?: boolean;
  /** How long it waits to connect, for the welcome and for an answer; tests are less patient. */
  silenceTimeoutMs?: number;
}

export interface CameraConnectionEvents {
  online: [];
  /** The server told the camera to start again; the connection closes by itself. */
  reboot: [];
  /** The camera starts again with another firmware; the connection closes by itself. */
  updated: [version: string];
  closed: [reason: string, code: number];
}

const WATCH_INTERVAL_MS = 1_000;
const NOT_THE_PROTOCOL = 'the server said something that is not protocol v1';

export class CameraConnection extends EventEmitter<CameraConnectionEvents> {
  readonly #options: CameraConnectionOptions;
  readonly #socket: WebSocket;
  readonly #window = new AckWindow<CapturedFrame>(1);
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #silenceTimeoutMs: number;
  readonly #handshakeDeadline: NodeJS.Timeout;
  readonly #update: FirmwareUpdate;
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

  constructor(options: CameraConnectionOptions) {
    super();
    this.#options = options;
    this.#motion = options.motion ?? false;
    this.#silenceTimeoutMs = options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS;
    this.#update = new FirmwareUpdate(options.url, options.device.firmware, (message) => this.#send(message));
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

  /** Whether a frame has made it to the server and its answer back. */
  get acknowledged(): boolean {
    return this.#acknowledged;
  }

  get framesSent(): number {
    return this.#framesSent;
  }

  /** Frames that a newer one replaced while the window was full. */
  get passedOver(): number {
    return this.#window.passedOver;
  }

  /** Sends the frame now, or as soon as the window allows unless a newer one comes before that. */
  offer(frame: CapturedFrame): void {
    if (!this.#online) return;
    this.#window.offer(frame);
    this.#sendFrames();
  }

  /** Whether its movement sensor sees something now. */
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
    // Nobody commands this camera who has not proven to know the key.
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
        return this.#end('told to reboot', 1000);
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
    if (!this.#facts || this.#welcomed) return this.#end('a welcome nobody asked for');
    if (!verifyHandshakeHmac(this.#options.key, 'server', this.#facts, hmac))
      return this.#end('the server does not know the key: this is not the server it was paired with');
    this.#welcomed = true;
    clearTimeout(this.#handshakeDeadline);
    // Whatever the camera makes of its settings, the window is between the connection and the server.
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

  /** No text falls into the middle of a frame's fragments: those are handed over in one go. */
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
