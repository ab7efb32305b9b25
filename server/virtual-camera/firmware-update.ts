/**
 * A firmware update as a real camera takes it: refused unless it came by wss: and is newer, downloaded from the very host
 * the camera is connected to, and counted only when length, hash and head are what was offered.
 *
 * A virtual camera has no flash: what it keeps is the version, with which it comes back.
 */

import { createHash } from 'node:crypto';
import { APP_IMAGE_HEAD_BYTES, readAppImageHead } from '../core/updates/app-image.ts';
import {
  FIRMWARE_PATH,
  MAX_FIRMWARE_BYTES,
  type CameraToServer,
  type OtaMessage,
} from '../wire/camera-protocol.ts';
import { compareFirmwareVersions } from '../wire/firmware-version.ts';

/** What a camera of this kind is built for. */
export const VIRTUAL_TARGET = 'host';

const PROGRESS_INTERVAL_MS = 1_000;
const TIMEOUT_MS = 10 * 60_000;
const MAX_REASON_CHARACTERS = 200;

/**
 * Node verifies certificates unless told otherwise, so a wss: connection is a verified one.
 *
 * @param serverUrl of the camera's connection
 */
export function takesUpdates(serverUrl: string): boolean {
  return URL.parse(serverUrl)?.protocol === 'wss:' && process.env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0';
}

/** The updates that are offered over one connection. */
export class FirmwareUpdate {
  readonly #serverUrl: string;
  readonly #running: string;
  readonly #send: (message: CameraToServer) => void;
  readonly #closing = new AbortController();
  #underWay = false;

  /** @param running the version of the firmware there is */
  constructor(serverUrl: string, running: string, send: (message: CameraToServer) => void) {
    this.#serverUrl = serverUrl;
    this.#running = running;
    this.#send = send;
  }

  /** Says all that is to be said of it. @returns whether the camera is to start again with the new firmware */
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

  /** Idempotent. A download under way is given up. */
  close(): void {
    this.#closing.abort();
  }
}

/** @returns why the offer is not taken, or undefined when it is */
function refuseUpdate(offer: OtaMessage, serverUrl: string, running: string): string | undefined {
  if (!takesUpdates(serverUrl)) return 'updates are taken over verified wss: only';
  if (!/^\/firmware\/[\w-]{1,64}$/.test(offer.url)) return `the address does not begin with ${FIRMWARE_PATH}`;
  if (!(offer.bytes >= APP_IMAGE_HEAD_BYTES && offer.bytes <= MAX_FIRMWARE_BYTES))
    return 'the image does not fit';
  if (!/^[0-9a-f]{64}$/.test(offer.sha256)) return 'the hash is none';
  if (!offer.allowOlder && compareFirmwareVersions(offer.version, running) <= 0)
    return `${offer.version} is not newer than ${running}`;
  return undefined;
}

/** Where a proxy serves the server under a path, its other paths stand below that, too: `/vigie/camera`, `/vigie/firmware/…`. */
function besideCameraPath(serverUrl: string, path: string): URL {
  const url = new URL(serverUrl.replace(/^ws/, 'http'));
  const basePath = /^(.*)\/camera$/.exec(url.pathname)?.[1] ?? '';
  return new URL(basePath + path, url);
}

/**
 * @param onProgress bytes received, at most once a second
 * @returns why it failed, or undefined when the image is here and whole
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
  let saidAtMs = performance.now();
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${offer.token}` },
      redirect: 'error',
      signal: AbortSignal.any([closed, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status !== 200 || !response.body) return `the server answered ${response.status}`;
    if (Number(response.headers.get('content-length')) !== offer.bytes)
      return 'the image has another length than was offered';
    for await (const piece of response.body) {
      receivedBytes += piece.length;
      if (receivedBytes > offer.bytes) return 'the image is longer than was offered';
      hash.update(piece);
      if (head.length < APP_IMAGE_HEAD_BYTES) head = Buffer.concat([head, piece]);
      if (performance.now() - saidAtMs < PROGRESS_INTERVAL_MS) continue;
      saidAtMs = performance.now();
      onProgress(receivedBytes);
    }
  } catch (error) {
    return `the download was cut: ${error instanceof Error ? error.message : 'it failed'}`;
  }
  if (receivedBytes !== offer.bytes) return 'the download was cut';
  if (hash.digest('hex') !== offer.sha256) return 'the hash is wrong';
  const image = readAppImageHead(head, receivedBytes);
  if (typeof image === 'string') return image;
  if (image.target !== VIRTUAL_TARGET) return 'the image is not for this board';
  return image.version === offer.version ? undefined : 'the image is of another version than was offered';
}
