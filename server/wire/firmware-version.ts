/**
 * Versions of camera firmware and their order: `MAJOR.MINOR.PATCH`, each 0 … 65535 without leading zeros, and an
 * optional `-suffix` of a pre-release. The camera orders them by the same rules (firmware/core);
 * test/fixtures/firmware-versions.json tests both.
 */

export interface FirmwareVersion {
  numbers: readonly [major: number, minor: number, patch: number];
  /** Without its hyphen; empty for a release. */
  suffix: string;
}

/** Length of the field in an ESP-IDF application, without the final NUL. */
export const MAX_VERSION_CHARACTERS = 31;

const VERSION = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})(?:-([0-9A-Za-z.-]{1,20}))?$/;
const MAX_NUMBER = 0xffff;

/** @returns undefined for any other text, such as the output of `git describe` */
export function parseFirmwareVersion(text: string): FirmwareVersion | undefined {
  const [, major, minor, patch, suffix = ''] = VERSION.exec(text) ?? [];
  const numbers = [Number(major), Number(minor), Number(patch)] as const;
  return numbers.every((number) => number <= MAX_NUMBER) ? { numbers, suffix } : undefined;
}

/**
 * A suffix sorts before the same version without one; two suffixes are compared as text. A text that is not a version
 * is older than every version, and equal to any other such text.
 *
 * @returns -1 when `a` is older than `b`, 0 when they are equal, 1 when it is newer
 */
export function compareFirmwareVersions(a: string, b: string): -1 | 0 | 1 {
  const one = parseFirmwareVersion(a);
  const other = parseFirmwareVersion(b);
  if (!one || !other) return sign(Number(one !== undefined) - Number(other !== undefined));
  for (const index of [0, 1, 2] as const) {
    const difference = one.numbers[index] - other.numbers[index];
    if (difference !== 0) return sign(difference);
  }
  if (one.suffix === other.suffix) return 0;
  if (one.suffix === '') return 1;
  if (other.suffix === '') return -1;
  // Suffixes are ASCII, so the order of UTF-16 units equals the order of the bytes that the camera compares.
  return one.suffix < other.suffix ? -1 : 1;
}

function sign(difference: number): -1 | 0 | 1 {
  return Math.sign(difference) as -1 | 0 | 1;
}
