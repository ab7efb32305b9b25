/**
 * SRTP with AEAD_AES_128_GCM, sending side only (RFC 3711, RFC 7714): the hot path, run once per packet and viewer.
 *
 * Invariant: a (SSRC, packet index) pair is never used twice under one key, because that would reveal the key stream.
 * The caller therefore counts packets with an extended sequence number that only grows, and never reuses an SSRC within
 * one transport.
 */

import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';

export const GCM_KEY_BYTES = 16;
export const GCM_SALT_BYTES = 12;

export class SrtpGcm {
  readonly #key: KeyObject;
  readonly #salt: Buffer;

  /**
   * @param sessionKey 16 bytes, derived from the master key by RFC 3711 section 4.3
   * @param sessionSalt 12 bytes (longer ones are cut, because the derivation yields 14)
   */
  constructor(sessionKey: Uint8Array, sessionSalt: Uint8Array) {
    if (sessionKey.length !== GCM_KEY_BYTES) throw new RangeError('session key must be 16 bytes');
    if (sessionSalt.length < GCM_SALT_BYTES) throw new RangeError('session salt must be 12 bytes');
    this.#key = createSecretKey(sessionKey);
    this.#salt = Buffer.from(sessionSalt.subarray(0, GCM_SALT_BYTES));
  }

  /**
   * @param header the complete RTP header with its extensions; authenticated, not encrypted
   * @param extendedSequence rollover counter × 65536 + sequence number; the header contains its low 16 bits
   * @returns header, encrypted payload and 16-byte tag
   */
  protect(header: Buffer, payload: Uint8Array, ssrc: number, extendedSequence: number): Buffer {
    const cipher = createCipheriv(
      'aes-128-gcm',
      this.#key,
      this.#initializationVector(ssrc, extendedSequence),
    );
    cipher.setAAD(header);
    const encrypted = cipher.update(payload);
    cipher.final();
    return Buffer.concat([header, encrypted, cipher.getAuthTag()]);
  }

  /**
   * RFC 7714 section 8.1: two zero octets, SSRC, rollover counter and sequence number, XORed with the salt.
   *
   *      0  0  0  0  0  0  0  0  0  0  1  1
   *      0  1  2  3  4  5  6  7  8  9  0  1
   *     +--+--+--+--+--+--+--+--+--+--+--+--+
   *     |00|00|    SSRC   |     ROC   | SEQ |
   *     +--+--+--+--+--+--+--+--+--+--+--+--+
   */
  #initializationVector(ssrc: number, extendedSequence: number): Buffer {
    const iv = Buffer.alloc(GCM_SALT_BYTES);
    const salt = this.#salt;
    iv.writeUInt16BE(salt.readUInt16BE(0), 0);
    iv.writeUInt32BE((ssrc ^ salt.readUInt32BE(2)) >>> 0, 2);
    iv.writeUInt32BE((Math.floor(extendedSequence / 65536) ^ salt.readUInt32BE(6)) >>> 0, 6);
    iv.writeUInt16BE((extendedSequence & 0xffff) ^ salt.readUInt16BE(10), 10);
    return iv;
  }
}
