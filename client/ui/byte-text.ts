/** Amounts of data, and counts of things, in words. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** 1 234 567 → “1.2 MB”. */
export function bytesText(bytes: number): string {
  const exponent = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** exponent;
  return `${value < 10 && exponent > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[exponent]}`;
}

/** “1 event”, “3 events”. @param plural if it is not the singular with an s */
export function countText(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
