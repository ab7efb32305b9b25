/**
 * One WHEP session: a transport that carries one camera to the client that made it (draft-ietf-wish-whep-04).
 *
 * Invariants: it ends when its right ends, when the camera is removed or switched off, and when the client disappears; whatever
 * ends it, its shares are released once.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { VigieError } from '../errors.ts';
import type { MediaTransport, OfferedMediaServer } from '../core/media-server.ts';
import type { ViewerAllowance } from '../core/viewer-allowance.ts';
import type { Clock } from '../core/clock.ts';
import { writeAnswer } from './sdp-answer.ts';
import { readFragment, writeFragment } from './sdp-fragment.ts';
import type { IceCredentials, Offer } from './sdp-offer.ts';

export interface WhepSessionOptions {
  sfu: OfferedMediaServer;
  clock: Clock;
  allowance: ViewerAllowance;
  cameraId: string;
  /** The sign-in or API key that made it. */
  ownerId: string;
  viewerAddress: string;
  offer: Offer;
}

export class WhepSession {
  readonly id = randomUUID();
  readonly cameraId: string;
  readonly ownerId: string;
  /** For the client. */
  readonly answer: string;
  readonly #options: WhepSessionOptions;
  readonly #transport: MediaTransport;
  readonly #ends: (() => void)[] = [];
  #clientIce: IceCredentials;
  #etag = newEtag();
  #ended = false;

  /** @throws VigieError `full`, `tooManyRequests`, `unavailable` */
  constructor(options: WhepSessionOptions) {
    const { sfu, clock, allowance, cameraId, ownerId, viewerAddress, offer } = options;
    this.#options = options;
    this.cameraId = cameraId;
    this.ownerId = ownerId;
    this.#clientIce = offer.ice;
    this.#ends.push(allowance.openTransport());
    try {
      this.#ends.push(allowance.openStream(cameraId));
      this.#transport = sfu.createTransport(viewerAddress);
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#transport.once('close', (reason) => {
      if (reason === 'timeout') allowance.connectionLost();
      this.#end();
    });
    try {
      const consumer = sfu.consumeAs(this.#transport, cameraId, offer.format);
      // The camera is removed or switched off.
      consumer.once('close', () => this.close());
      this.answer = writeAnswer({
        offer,
        transport: sfu.transportParameters(this.#transport, viewerAddress),
        rtp: consumer.parameters(clock()).rtpParameters,
        streamId: cameraId,
        sessionId: String(randomBytes(6).readUIntBE(0, 6)),
      });
      consumer.resume();
      this.#transport.connect({ fingerprints: [offer.fingerprint] });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Strong; a new one after each ICE restart. */
  get etag(): string {
    return this.#etag;
  }

  /** @param end called once, when it has ended, also when it has already */
  onEnd(end: () => void): void {
    if (this.#ended) end();
    else this.#ends.push(end);
  }

  /**
   * Trickled candidates, or an ICE restart (RFC 9725 section 4.3): the client's credentials have changed.
   *
   * @param ifMatch the header of the request
   * @returns the fragment for the client after a restart, whose ETag is `etag`; undefined: no content
   * @throws VigieError `badRequest`, `unprocessable`, `preconditionFailed`
   */
  patch(text: string, ifMatch: string): string | undefined {
    if (!matches(ifMatch, this.#etag))
      throw new VigieError(
        'preconditionFailed',
        'the ETag is not that of the present ICE session; "*" matches any',
      );
    const ice = readFragment(text);
    if (!ice || isSame(ice, this.#clientIce)) return undefined;
    const { sfu, offer, viewerAddress } = this.#options;
    this.#clientIce = ice;
    this.#etag = newEtag();
    const restarted = this.#transport.restartIce();
    const { iceCandidates: candidates } = sfu.transportParameters(this.#transport, viewerAddress);
    return writeFragment({ offer, ice: restarted, candidates });
  }

  /** Idempotent. */
  close(): void {
    this.#transport.close('requested');
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const end of this.#ends.splice(0)) end();
  }
}

function newEtag(): string {
  return `"${randomBytes(12).toString('base64url')}"`;
}

/** RFC 9110 section 13.1.1; RFC 9725 writes the star with quotes. */
function matches(ifMatch: string, etag: string): boolean {
  return ifMatch.split(',').some((each) => [etag, '*', '"*"'].includes(each.trim()));
}

function isSame(one: IceCredentials, other: IceCredentials): boolean {
  return one.usernameFragment === other.usernameFragment && one.password === other.password;
}
