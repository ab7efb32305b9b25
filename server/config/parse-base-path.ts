/**
 * Reads VIGIE_BASE_PATH.
 *
 * Invariant: the result is not a prefix of one of the server's own paths, so that no path has two meanings; and it needs no
 * escaping in a URL, a cookie or an HTML attribute.
 */

const SEGMENTS = /^(?:\/[\w-][\w.-]{0,63}){1,4}$/;
const OWN =
  /^\/(?:api|assets|camera|firmware|signaling|recordings|events|users|webhooks|notifications|connection|secure)(?:\/|$)/;

/**
 * @returns without a slash at the end: empty for `/`
 * @throws RangeError whose message completes the sentence "VIGIE_BASE_PATH must be …"
 */
export function parseBasePath(text: string): string {
  const path = text.replace(/\/+$/, '');
  if (path === '') return '';
  if (!SEGMENTS.test(path))
    throw new RangeError('a path of letters, digits, -, . and _ that begins with a slash, like /vigie/');
  if (OWN.test(path)) throw new RangeError('another path than one of the server’s own, like /vigie/');
  return path;
}
