import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signWebhook, writeWebhookSecret } from '../../../server/core/outbound/webhook-signature.ts';

const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('the signature is that of Standard Webhooks’ own example', () => {
  const signature = signWebhook(
    Buffer.from(SECRET, 'base64'),
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1614265330,
    '{"test": 2432232314}',
  );
  assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the secret has the format that libraries expect', () => {
  assert.equal(writeWebhookSecret(Buffer.from(SECRET, 'base64')), `whsec_${SECRET}`);
});
