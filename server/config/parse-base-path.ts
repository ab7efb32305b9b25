/**
 * Reads VIGIE_BASE_PATH.
 *
 * Invariant: what comes out is no beginning of a path that the server itself has, so that a path means one thing with and without
 * it; and it can stand in a URL, a cookie and an attribute of HTML as it is.
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
