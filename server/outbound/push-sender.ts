/**
 * Sends one notification to one device through its browser's push service: encrypted for the device (RFC 8291), signed
 * by this server (VAPID, RFC 8292).
 *
 * Invariant: the endpoint comes from a browser, so any user may choose it; it must be a public https address.
 */

import { createECDH } from 'node:crypto';
import webPush from 'web-push';
import { postMessage, type ReceiverAnswer } from './post-message.ts';
import { isReceiverForPush, type MayReceive } from './receiver-address.ts';
import type { PushDevice, PushPayload } from '../wire/notification.ts';

export interface PushSenderOptions {
  /** 32 bytes, never changed: devices subscribe to the key derived from them. */
  secret: Uint8Array;
  /** The addresses that may be sent to; tests use their own push service. */
  mayReceive?: MayReceive;
  /** Trusted besides the system's certificates, for tests. */
  ca?: string;
}

/** `gone`: the device's subscription has ended. */
export type PushOutcome = 'sent' | 'gone' | 'failed';

const TTL_SECONDS = 3_600;
const MAX_ATTEMPTS = 3;
const RETRY_MS = 2_000;
const MAX_RETRY_MS = 30_000;
/** Contact for push services; no mail arrives there. */
const SUBJECT = 'mailto:owner@vigie.example';

export class PushSender {
  readonly publicKey: string;
  readonly #privateKey: string;
  readonly #mayReceive: MayReceive;
  readonly #ca: string | undefined;
  readonly #stopped = new AbortController();

  constructor({ secret, mayReceive = isReceiverForPush, ca }: PushSenderOptions) {
    const key = createECDH('prime256v1');
    key.setPrivateKey(secret);
    this.publicKey = key.getPublicKey('base64url');
    // Not as the key returns it: that form lacks the leading zero byte of one secret in 256.
    this.#privateKey = Buffer.from(secret).toString('base64url');
    this.#mayReceive = mayReceive;
    this.#ca = ca;
  }

  /** Never throws. Repeats the attempt a few times where that may help. */
  async send(device: PushDevice, payload: PushPayload): Promise<PushOutcome> {
    for (let attempt = 1; ; attempt++) {
      const { status, refused, retryAfterMs } = await this.#post(device, payload);
      if (status !== null && status >= 200 && status < 300) return 'sent';
      if (status === 404 || status === 410) return 'gone';
      const mayHelp = status === null ? !refused : status === 429 || status >= 500;
      if (!mayHelp || attempt === MAX_ATTEMPTS || this.#stopped.signal.aborted) return 'failed';
      await this.#pause(Math.min(MAX_RETRY_MS, Math.max(retryAfterMs, RETRY_MS * attempt)));
    }
  }

  /** Idempotent. Drops waiting notifications. */
  close(): void {
    this.#stopped.abort(new Error('the server is stopping'));
  }

  async #post(device: PushDevice, payload: PushPayload): Promise<ReceiverAnswer> {
    const { endpoint, headers, body } = webPush.generateRequestDetails(device, JSON.stringify(payload), {
      vapidDetails: { subject: SUBJECT, publicKey: this.publicKey, privateKey: this.#privateKey },
      TTL: TTL_SECONDS,
      urgency: 'high',
      topic: payload.tag,
    });
    return postMessage(endpoint, {
      headers,
      body: body ?? Buffer.alloc(0),
      stopped: this.#stopped.signal,
      mayReceive: this.#mayReceive,
      ...(this.#ca !== undefined && { ca: this.#ca }),
    });
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#stopped.signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}
