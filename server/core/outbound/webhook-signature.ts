/** The signature of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, in base64 behind `v1,`. */

import { createHmac } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';

/** @param timestampSeconds since the Unix epoch; @param body exactly as it is sent */
export function signWebhook(secret: Uint8Array, id: string, timestampSeconds: number, body: string): string {
  const content = `${id}.${timestampSeconds}.${body}`;
  return `v1,${createHmac('sha256', secret).update(content).digest('base64')}`;
}

/** The format in which receivers get the secret. */
export function writeWebhookSecret(secret: Uint8Array): string {
  return SECRET_PREFIX + Buffer.from(secret).toString('base64');
}
