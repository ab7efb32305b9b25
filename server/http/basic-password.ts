/** The password of HTTP Basic (RFC 7617), in which programs that offer nothing else send an API key. Pure. */

const BASE64 = /^[A-Za-z\d+/]+={0,2}$/;

/** @param text behind `Basic` @returns undefined for what is no user and password in base64 */
export function basicPassword(text: string): string | undefined {
  const pair = BASE64.test(text) ? Buffer.from(text, 'base64').toString('utf8') : '';
  const colon = pair.indexOf(':');
  return colon >= 0 ? pair.slice(colon + 1) : undefined;
}
