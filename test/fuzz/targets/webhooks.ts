/** Messages to configured receivers: allowed addresses, signatures, and retries. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { readRetryAfter, retryDelayMs } from '../../../server/core/outbound/delivery-schedule.ts';
import { signWebhook, writeWebhookSecret } from '../../../server/core/outbound/webhook-signature.ts';
import {
  assertMayReceive,
  isReceiverForWebhooks,
  isReceiverForPush,
  RefusedAddress,
} from '../../../server/outbound/receiver-address.ts';
import { headerText } from '../arbitraries.ts';
import { fuzzCase, throwsOnly, type FuzzTarget } from '../target.ts';

const HOUR_MS = 3_600_000;
const LAST_DELAY_MS = 12 * HOUR_MS;
const NOW_MS = 1_800_000_000_000;

const isRefusal = (error: unknown): boolean => error instanceof RefusedAddress;

export const webhooks: FuzzTarget = {
  name: 'webhooks',
  cases: [
    fuzzCase(
      'any Retry-After leads to a bounded delay',
      fc.tuple(
        fc.oneof(
          headerText,
          fc.nat().map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        fc.nat(10),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      ([value, attempts, random]) => {
        const asked = readRetryAfter(value, NOW_MS);
        assert.ok(asked >= 0);
        const delayMs = retryDelayMs(attempts, asked, random);
        assert.ok(
          delayMs === undefined ||
            (Number.isSafeInteger(delayMs) && delayMs >= 0 && delayMs <= LAST_DELAY_MS),
        );
      },
    ),
    fuzzCase(
      'a signature is verified by its receiver, over any body',
      fc.tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string({ unit: 'binary' }), fc.nat()),
      ([secret, body, seconds]) => {
        const signature = signWebhook(secret, 'msg_1', seconds, body);
        const key = Buffer.from(writeWebhookSecret(secret).replace('whsec_', ''), 'base64');
        const expected = createHmac('sha256', key).update(`msg_1.${seconds}.${body}`).digest('base64');
        assert.equal(signature, `v1,${expected}`);
      },
    ),
    fuzzCase(
      'an address is refused or allowed, and push never allows one that webhooks refuse',
      fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.ipV6().map((text) => `[${text}]`),
        headerText,
      ),
      (host) => {
        throwsOnly(isRefusal, () => assertMayReceive(host, isReceiverForWebhooks));
        throwsOnly(isRefusal, () => assertMayReceive(host, isReceiverForPush));
        if (isIP(host) !== 0 && isReceiverForPush(host)) assert.ok(isReceiverForWebhooks(host));
      },
    ),
  ],
};
