/**
 * Sends one notification to one device by its browser's push service: encrypted for the device (RFC 8291), signed by this
 * server (VAPID, RFC 8292).
 *
 * Invariant: the address comes from a browser, that is from whoever has an account; so it must be a public one, by https.
 */

import { createECDH } from 'node:crypto';
import webPush from 'web-push';
import { postMessage, type ReceiverAnswer } from './post-message.ts';
import { isReceiverOnInternet, type MayReceive } from './receiver-address.ts';
import type { PushDevice, PushPayload } from '../wire/notification.ts';

export interface PushSenderOptions {
  /** 32 bytes, the same for ever: devices subscribe to the key that is made of them. */
  secret: Uint8Array;
  /** Which addresses are sent to; tests have a push service of their own. */
  mayReceive?: MayReceive;
  /** Trusted besides the system's, for tests. */
  ca?: string;
}

/** `gone`: the device will never take one again. */
export type PushOutcome = 'sent' | 'gone' | 'failed';

const TTL_SECONDS = 3_600;
const MAX_ATTEMPTS = 3;
const RETRY_MS = 2_000;
const MAX_RETRY_MS = 30_000;
/** Whom a push service may ask about this server; none of them writes to it. */
const SUBJECT = 'mailto:owner@vigie.example';

export class PushSender {
  readonly publicKey: string;
  readonly #privateKey: string;
  readonly #mayReceive: MayReceive;
  readonly #ca: string | undefined;
  readonly #stopped = new AbortController();

  constructor({ secret, mayReceive = isReceiverOnInternet, ca }: PushSenderOptions) {
    const key = createECDH('prime256v1');
    key.setPrivateKey(secret);
    this.publicKey = key.getPublicKey('base64url');
    this.#privateKey = key.getPrivateKey('base64url');
    this.#mayReceive = mayReceive;
    this.#ca = ca;
  }

  /** Never throws. Tries again a few times where that may help. */
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

  /** Idempotent. What waits is given up. */
  close(): void {
    this.#stopped.abort(new Error('the server stops'));
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
