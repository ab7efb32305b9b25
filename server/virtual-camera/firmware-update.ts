/**
 * A firmware update as a real camera takes it: accepted only over wss: and if newer, downloaded from the host the
 * camera is connected to, and valid only if length, hash and head match the offer.
 *
 * A virtual camera has no flash: it keeps only the version, and reconnects with it.
 */

import { createHash } from 'node:crypto';
import { monotonicMs } from '../core/clock.ts';
import { APP_IMAGE_HEAD_BYTES, readAppImageHead } from '../core/updates/app-image.ts';
import {
  FIRMWARE_PATH,
  MAX_FIRMWARE_BYTES,
  type CameraToServer,
  type OtaMessage,
} from '../wire/camera-protocol.ts';
import { compareFirmwareVersions } from '../wire/firmware-version.ts';

/** The target a virtual camera reports. */
export const VIRTUAL_TARGET = 'host';

const PROGRESS_INTERVAL_MS = 1_000;
const TIMEOUT_MS = 10 * 60_000;
const MAX_REASON_CHARACTERS = 200;

/**
 * Node verifies certificates by default, so a wss: connection is verified.
 *
 * @param serverUrl of the camera's connection
 */
export function takesUpdates(serverUrl: string): boolean {
  return URL.parse(serverUrl)?.protocol === 'wss:' && process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0';
}

/** The updates offered over one connection. */
export class UpdateReceiver {
  readonly #serverUrl: string;
  readonly #running: string;
  readonly #send: (message: CameraToServer) => void;
  readonly #closing = new AbortController();
  #underWay = false;

  /** @param running version of the current firmware */
  constructor(serverUrl: string, running: string, send: (message: CameraToServer) => void) {
    this.#serverUrl = serverUrl;
    this.#running = running;
    this.#send = send;
  }

  /**
   * Downloads the offered image and reports the progress. @returns whether the camera must restart with the new
   * firmware
   */
  async take(offer: OtaMessage): Promise<boolean> {
    const { id } = offer;
    const refusal = this.#underWay
      ? 'an update is under way'
      : refuseUpdate(offer, this.#serverUrl, this.#running);
    if (refusal !== undefined) {
      this.#send({ type: 'rejected', id, reason: refusal });
      return false;
    }
    this.#underWay = true;
    this.#send({ type: 'applied', id });
    const onProgress = (receivedBytes: number): void =>
      this.#send({ type: 'otaProgress', id, receivedBytes });
    const failure = await downloadUpdate(offer, this.#serverUrl, onProgress, this.#closing.signal);
    this.#underWay = false;
    this.#send(
      failure === undefined
        ? { type: 'otaResult', id, ok: true }
        : { type: 'otaResult', id, ok: false, reason: failure.slice(0, MAX_REASON_CHARACTERS) },
    );
    return failure === undefined && !this.#closing.signal.aborted;
  }

  /** Idempotent. Aborts a download. */
  close(): void {
    this.#closing.abort();
  }
}

/** @returns why the offer is refused; undefined when it is accepted */
function refuseUpdate(offer: OtaMessage, serverUrl: string, running: string): string | undefined {
  if (!takesUpdates(serverUrl)) return 'updates are accepted over verified wss: only';
  if (!/^\/firmware\/[\w-]{1,64}$/.test(offer.url)) return `the address does not begin with ${FIRMWARE_PATH}`;
  if (!(offer.bytes >= APP_IMAGE_HEAD_BYTES && offer.bytes <= MAX_FIRMWARE_BYTES))
    return 'the image does not fit';
  if (!/^[0-9a-f]{64}$/.test(offer.sha256)) return 'the hash is not valid';
  if (!offer.allowOlder && compareFirmwareVersions(offer.version, running) <= 0)
    return `${offer.version} is not newer than ${running}`;
  return undefined;
}

/**
 * Behind a proxy that serves the server under a path, its other paths are below that path too: `/vigie/camera`,
 * `/vigie/firmware/…`.
 */
function besideCameraPath(serverUrl: string, path: string): URL {
  const url = new URL(serverUrl.replace(/^ws/, 'http'));
  const basePath = /^(.*)\/camera$/.exec(url.pathname)?.[1] ?? '';
  return new URL(basePath + path, url);
}

/**
 * @param onProgress bytes received, at most once a second
 * @returns why it failed; undefined when the complete image was received
 */
async function downloadUpdate(
  offer: OtaMessage,
  serverUrl: string,
  onProgress: (receivedBytes: number) => void,
  closed: AbortSignal,
): Promise<string | undefined> {
  const url = besideCameraPath(serverUrl, offer.url);
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let receivedBytes = 0;
  let reportedAtMs = monotonicMs();
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${offer.token}` },
      redirect: 'error',
      signal: AbortSignal.any([closed, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status !== 200 || !response.body) return `the server answered ${response.status}`;
    if (Number(response.headers.get('content-length')) !== offer.bytes)
      return 'the length of the image differs from the offer';
    for await (const piece of response.body) {
      receivedBytes += piece.length;
      if (receivedBytes > offer.bytes) return 'the image is longer than offered';
      hash.update(piece);
      if (head.length < APP_IMAGE_HEAD_BYTES) head = Buffer.concat([head, piece]);
      if (monotonicMs() - reportedAtMs < PROGRESS_INTERVAL_MS) continue;
      reportedAtMs = monotonicMs();
      onProgress(receivedBytes);
    }
  } catch (error) {
    return `the download was interrupted: ${error instanceof Error ? error.message : 'it failed'}`;
  }
  if (receivedBytes !== offer.bytes) return 'the download was interrupted';
  if (hash.digest('hex') !== offer.sha256) return 'the hash is wrong';
  const image = readAppImageHead(head, receivedBytes);
  if (typeof image === 'string') return image;
  if (image.target !== VIRTUAL_TARGET) return 'the image is not for this board';
  return image.version === offer.version ? undefined : 'the version of the image differs from the offer';
}
