/**
 * A push service like a browser's, on loopback, and a device subscribed to it: verifies the sender (VAPID, RFC 8292)
 * and decrypts the payload (RFC 8291, RFC 8188) with Node's own cryptography.
 */

import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { PushDevice, PushPayload } from '../../server/wire/notification.ts';
import { makeCertificate } from '../support/certificates.ts';

const RECORD_HEADER_BYTES = 16 + 4 + 1;
const PUBLIC_KEY_BYTES = 65;
const TAG_BYTES = 16;

export interface ReceivedPush {
  headers: IncomingHttpHeaders;
  payload: PushPayload;
  /** Claims of the VAPID token, after its signature was verified. */
  claims: { aud: string; exp: number; sub: string };
  /** The key that signed it, base64url. */
  signer: string;
}

export class PushService {
  readonly received: ReceivedPush[] = [];
  answer: (response: ServerResponse) => void = (response) => void response.writeHead(201).end();
  readonly certificate: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #keys = createECDH('prime256v1');
  readonly #auth = randomBytes(16);

  static async start(): Promise<PushService> {
    const service = new PushService(await makeCertificate());
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  private constructor({ cert, key }: { cert: string; key: string }) {
    this.certificate = cert;
    this.#keys.generateKeys();
    this.#server = createServer({ cert, key }, (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const { headers } = request;
        this.received.push({
          headers,
          payload: JSON.parse(this.#decrypt(Buffer.concat(pieces)).toString()) as PushPayload,
          ...readAuthorization(headers.authorization ?? ''),
        });
        this.answer(response);
      });
    });
  }

  get origin(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  get device(): PushDevice {
    return {
      endpoint: `${this.origin}/push/secret-of-this-device`,
      keys: {
        p256dh: this.#keys.getPublicKey('base64url'),
        auth: this.#auth.toString('base64url'),
      },
    };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** One record of aes128gcm. */
  #decrypt(body: Buffer): Buffer {
    const salt = body.subarray(0, 16);
    assert.equal(body[RECORD_HEADER_BYTES - 1], PUBLIC_KEY_BYTES);
    const sender = body.subarray(RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + PUBLIC_KEY_BYTES);
    const text = body.subarray(RECORD_HEADER_BYTES + PUBLIC_KEY_BYTES);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), sender]);
    const secret = hkdfSync('sha256', this.#keys.computeSecret(sender), this.#auth, info, 32);
    const derive = (name: string, bytes: number): Buffer =>
      Buffer.from(
        hkdfSync('sha256', Buffer.from(secret), salt, Buffer.from(`Content-Encoding: ${name}\0`), bytes),
      );
    const cipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    cipher.setAuthTag(text.subarray(-TAG_BYTES));
    const padded = Buffer.concat([cipher.update(text.subarray(0, -TAG_BYTES)), cipher.final()]);
    const end = padded.lastIndexOf(2);
    assert.ok(end >= 0, 'the last record ends with 2 and zeros');
    return padded.subarray(0, end);
  }
}

function readAuthorization(text: string): Pick<ReceivedPush, 'claims' | 'signer'> {
  const [, token, signer] = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(text) ?? assert.fail(text);
  assert.ok(token !== undefined && signer !== undefined);
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(signer, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  assert.ok(x !== undefined && y !== undefined);
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const isGood = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  assert.ok(isGood, 'the token is signed with the key beside it');
  return {
    claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as ReceivedPush['claims'],
    signer,
  };
}
