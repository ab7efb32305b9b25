/** Rows of the uploaded firmware images, and the progress of each camera's update. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { FirmwareUpdate } from '../core/updates/firmware-update.ts';
import type { FirmwareTarget } from '../wire/camera-protocol.ts';
import { randomId } from '../store/random-id.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

export interface StoredImage {
  id: string;
  /** 64 characters of lower-case hex; also the file's name. */
  sha256: string;
  version: string;
  target: FirmwareTarget;
  bytes: number;
  /** ms since the Unix epoch. */
  createdAtMs: number;
}

type UpdateRow = Omit<FirmwareUpdate, 'allowOlder' | 'receivedBytes'> & {
  cameraId: string;
  allowOlder: 0 | 1;
};

const IMAGE_COLUMNS = 'id, sha256, version, target, bytes, created_at AS createdAtMs';
const UPDATE_COLUMNS = `camera_id AS cameraId, image_id AS imageId, version, bytes, allow_older AS allowOlder,
  from_version AS fromVersion, state, reason, attempts, changed_at AS changedAtMs`;

const SQL = declareStatements('firmware', {
  images: `SELECT ${IMAGE_COLUMNS} FROM firmware_images ORDER BY created_at DESC, rowid DESC`,
  image: `SELECT ${IMAGE_COLUMNS} FROM firmware_images WHERE id = ?`,
  imageOf: `SELECT ${IMAGE_COLUMNS} FROM firmware_images WHERE sha256 = ?`,
  addImage: `
    INSERT INTO firmware_images (id, sha256, version, target, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
  removeImage: 'DELETE FROM firmware_images WHERE id = ?',
  updates: `SELECT ${UPDATE_COLUMNS} FROM firmware_updates`,
  putUpdate: `
    INSERT OR REPLACE INTO firmware_updates
      (camera_id, image_id, version, bytes, allow_older, from_version, state, reason, attempts, changed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  removeUpdate: 'DELETE FROM firmware_updates WHERE camera_id = ?',
});

export class FirmwareQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** The newest first. */
  images(): StoredImage[] {
    return this.#statements.images.all().map(toImage);
  }

  image(id: string): StoredImage | undefined {
    const row = this.#statements.image.get(id);
    return row && toImage(row);
  }

  imageOf(sha256: string): StoredImage | undefined {
    const row = this.#statements.imageOf.get(sha256);
    return row && toImage(row);
  }

  addImage(image: Omit<StoredImage, 'id'>): StoredImage {
    const id = randomId('fw');
    const { sha256, version, target, bytes, createdAtMs } = image;
    this.#statements.addImage.run(id, sha256, version, target, bytes, createdAtMs);
    return { id, ...image };
  }

  /** Updates with this image stay recorded, without the image. */
  removeImage(id: string): void {
    this.#statements.removeImage.run(id);
  }

  /** By camera. Received bytes are not stored: a download does not survive a restart. */
  updates(): Map<string, FirmwareUpdate> {
    return new Map(
      this.#statements.updates.all().map((row) => {
        const { cameraId, allowOlder, ...rest } = row as unknown as UpdateRow;
        return [cameraId, { ...rest, allowOlder: allowOlder === 1, receivedBytes: 0 }];
      }),
    );
  }

  putUpdate(cameraId: string, update: FirmwareUpdate): void {
    const { imageId, version, bytes, allowOlder, fromVersion, state, reason, attempts, changedAtMs } = update;
    this.#statements.putUpdate.run(
      cameraId,
      imageId,
      version,
      bytes,
      Number(allowOlder),
      fromVersion,
      state,
      reason,
      attempts,
      changedAtMs,
    );
  }

  removeUpdate(cameraId: string): void {
    this.#statements.removeUpdate.run(cameraId);
  }
}

export const FIRMWARE_WORK = {
  images: 'quick',
  image: 'quick',
  imageOf: 'quick',
  addImage: 'action',
  removeImage: 'action',
  updates: 'quick',
  putUpdate: 'record',
  removeUpdate: 'record',
} as const satisfies WorkOf<FirmwareQueries>;

export type FirmwareStore = Shared<FirmwareQueries, typeof FIRMWARE_WORK>;

function toImage(row: Record<string, SQLOutputValue>): StoredImage {
  // The tables are STRICT, so the columns have the types the schema gives them.
  return { ...row } as unknown as StoredImage;
}
