/**
 * A browser's own description (`User-Agent`, RFC 9110 section 10.1.5) in a few words, such as “Firefox on Linux”, so that
 * people recognize a device in a list. It proves nothing: a client may send anything.
 */

/** The first match counts; browsers also name other browsers that they are compatible with. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\/|\bEdgiOS\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrom(?:e|ium)\/|\bCriOS\/|\bHeadlessChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];
const MAX_PROGRAM_CHARACTERS = 32;

export function deviceName(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined) return undefined;
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (browser === undefined) {
    // A program: curl/8.5.0
    const [program] = /^[\w.-]+(?:\/[\w.-]+)?/.exec(userAgent) ?? [];
    return program?.slice(0, MAX_PROGRAM_CHARACTERS);
  }
  return system === undefined ? browser : `${browser} on ${system}`;
}
