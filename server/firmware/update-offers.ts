/**
 * The offers made over current connections: the id the camera uses for each, its download token, and the means to abort
 * that download.
 *
 * Invariant: a camera has at most one offer, which ends with its connection.
 */

import type { FirmwareUpdate } from '../core/updates/firmware-update.ts';
import type { StoredImage } from './firmware-store.ts';
import { FIRMWARE_PATH, type OtaMessage } from '../wire/camera-protocol.ts';
import { DownloadTokens } from './download-tokens.ts';

/** Sends the offer. @returns the id the camera uses for it, and the camera's answer @throws VigieError */
export type SendOffer = (
  cameraId: string,
  offer: Omit<OtaMessage, 'type' | 'id'>,
) => { id: number; answered: Promise<void> };

export interface UpdateOffer {
  readonly id: number;
  /** Rejects with VigieError when the camera refuses, does not answer, or is gone. */
  readonly answered: Promise<void>;
  /** Aborted when the rest of the download must not be sent. */
  readonly signal: AbortSignal;
}

export class UpdateOffers {
  readonly #send: SendOffer;
  readonly #tokens: DownloadTokens;
  readonly #offers = new Map<string, { offer: UpdateOffer; abort: AbortController }>();

  constructor(send: SendOffer, nowMs: () => number) {
    this.#send = send;
    this.#tokens = new DownloadTokens(nowMs);
  }

  /** Replaces a former offer. @throws VigieError when it could not be sent */
  make(
    cameraId: string,
    image: StoredImage,
    { allowOlder }: Pick<FirmwareUpdate, 'allowOlder'>,
  ): UpdateOffer {
    this.drop(cameraId);
    const { id: imageId, version, bytes, sha256 } = image;
    const url = `${FIRMWARE_PATH}/${imageId}`;
    const token = this.#tokens.grant(cameraId, imageId);
    const sent = this.#send(cameraId, {
      version,
      url,
      bytes,
      sha256,
      token,
      ...(allowOlder && { allowOlder }),
    });
    const abort = new AbortController();
    const offer = { ...sent, signal: abort.signal };
    this.#offers.set(cameraId, { offer, abort });
    return offer;
  }

  of(cameraId: string): UpdateOffer | undefined {
    return this.#offers.get(cameraId)?.offer;
  }

  /** Uses the token up. @returns the camera and its offer; undefined when the token is not valid for this image */
  redeem(imageId: string, token: string): { cameraId: string; offer: UpdateOffer } | undefined {
    const cameraId = this.#tokens.redeem(token, imageId);
    const offer = cameraId === undefined ? undefined : this.of(cameraId);
    return cameraId !== undefined && offer ? { cameraId, offer } : undefined;
  }

  /** Ends the download; further reports of the camera still count. */
  revoke(cameraId: string): void {
    this.#tokens.revoke(cameraId);
    this.#offers.get(cameraId)?.abort.abort();
  }

  /** Forgets the offer; further reports of the camera are ignored. */
  drop(cameraId: string): void {
    this.revoke(cameraId);
    this.#offers.delete(cameraId);
  }

  close(): void {
    for (const cameraId of this.#offers.keys()) this.drop(cameraId);
  }
}
