import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { certificateProblem, expiryOf, type CertificatePair } from '../../server/core/certificate-pair.ts';
import { makeCertificate } from '../support/certificates.ts';

const DAY_MS = 86_400_000;
const now = Date.now();

test('a matching pair has no problem, with or without its issuers', async () => {
  const pair = await makeCertificate({ notAfter: new Date(now + DAY_MS) });
  const other = await makeCertificate();
  assert.equal(certificateProblem(pair, now), undefined);
  assert.equal(certificateProblem({ ...pair, cert: pair.cert + other.cert }, now), undefined);
  assert.equal(certificateProblem(await makeCertificate({ rsaBits: 2048 }), now), undefined);
  assert.equal(expiryOf(pair).getTime(), Math.floor((now + DAY_MS) / 1000) * 1000);
});

test('every problem of a pair is described', async () => {
  const pair = await makeCertificate();
  const other = await makeCertificate();
  const encrypted = createPrivateKey(pair.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });
  const table: [CertificatePair, RegExp][] = [
    [{ ...pair, cert: '' }, /certificate file holds no certificate in PEM form/],
    [{ ...pair, cert: pair.key }, /certificate file holds no certificate in PEM form/],
    [
      { ...pair, cert: pair.cert.replace(/[A-Za-z0-9+/]{20}/, 'A'.repeat(20)) },
      /certificate file is damaged/,
    ],
    [{ ...pair, key: '' }, /key file holds no private key in PEM form/],
    [{ ...pair, key: pair.cert }, /key file holds no private key in PEM form/],
    [{ ...pair, key: encrypted }, /protected by a password: save it without one/],
    [{ ...pair, key: other.key }, /the key does not belong to the certificate/],
    [{ ...pair, cert: other.cert + pair.cert }, /wrong order: the server’s own must come first/],
    [await makeCertificate({ rsaBits: 1024 }), /too weak: RSA keys must have at least 2048 bits/],
    [
      await makeCertificate({ notAfter: new Date(now - 1000) }),
      /the certificate expired on \d{4}-\d\d-\d\d$/,
    ],
  ];
  for (const [wrong, words] of table) assert.match(certificateProblem(wrong, now) ?? '', words);
});

test('a certificate of a later time than now is good: the clock is set right after the start', async () => {
  const pair = await makeCertificate({ notBefore: new Date(Date.now() + DAY_MS) });
  assert.equal(certificateProblem(pair, Date.now()), undefined);
});
