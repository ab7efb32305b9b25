/**
 * The head of an ESP-IDF application image: chip, project and version.
 *
 * Source: ESP-IDF 5.5, esp_app_format.h (esp_image_header_t, esp_image_segment_header_t) and esp_app_desc.h
 * (esp_app_desc_t, which the linker puts first into the first segment). Little-endian:
 *
 *      0  u8  magic 0xE9                     32  u32  magic 0xABCD5432
 *     12  u16 chip id                        48  char version[32]
 *     24  u32 × 2 head of segment 0          80  char project_name[32]
 *
 * An image for the host (`vigie-camera` on Linux) has the same head in front of its ELF.
 */

import { MAX_FIRMWARE_BYTES, type FirmwareTarget } from '../../wire/camera-protocol.ts';

/** Up to the end of esp_app_desc_t; later bytes are not read. */
export const APP_IMAGE_HEAD_BYTES = 288;
export const APP_PROJECT_NAME = 'vigie-camera';

export interface AppImage {
  target: FirmwareTarget;
  /** 1 … 31 printable ASCII characters; not necessarily a version with an order. */
  version: string;
}

const IMAGE_MAGIC = 0xe9;
const DESCRIPTION_MAGIC = 0xabcd_5432;
const TEXT_BYTES = 32;
const TARGETS: ReadonlyMap<number, FirmwareTarget> = new Map([
  [0, 'esp32'],
  [9, 'esp32s3'],
  [0xffff, 'host'],
]);
const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * @param head the first bytes of the image, at least 288 of them unless it has fewer
 * @param imageBytes length of the whole image
 * @returns the description in the head, or, as a sentence for people, why it is not firmware for these cameras
 */
export function readAppImageHead(head: Uint8Array, imageBytes: number): AppImage | string {
  if (imageBytes > MAX_FIRMWARE_BYTES)
    return `the file is larger than ${MAX_FIRMWARE_BYTES / 1024 / 1024} MiB, more than a camera has room for`;
  if (head.length < APP_IMAGE_HEAD_BYTES)
    return 'the file is too short for a firmware image; was it cut off during the transfer?';
  const view = new DataView(head.buffer, head.byteOffset, APP_IMAGE_HEAD_BYTES);
  if (view.getUint8(0) !== IMAGE_MAGIC)
    return 'the file is not a firmware image; choose the vigie-camera.bin that the build makes';
  if (view.getUint32(32, true) !== DESCRIPTION_MAGIC)
    return 'the file is not an application; choose vigie-camera.bin, not the boot loader or a merged image';
  const target = TARGETS.get(view.getUint16(12, true));
  if (!target) return 'the firmware is for a chip that is not supported; build it for esp32 or esp32s3';
  const version = textAt(head, 48);
  const project = textAt(head, 80);
  if (project !== APP_PROJECT_NAME)
    return `the firmware is ${project === undefined ? 'of an unnamed project' : `“${project}”`}, not ${APP_PROJECT_NAME}`;
  if (version === undefined) return 'the firmware contains no version';
  return { target, version };
}

/** @returns the text before the NUL; undefined when it is empty, has no end, or is not plain text */
function textAt(head: Uint8Array, offset: number): string | undefined {
  const bytes = head.subarray(offset, offset + TEXT_BYTES);
  const end = bytes.indexOf(0);
  if (end <= 0) return undefined;
  const text = String.fromCharCode(...bytes.subarray(0, end));
  return PRINTABLE.test(text) ? text : undefined;
}
