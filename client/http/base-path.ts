/**
 * The path of this app on its host (VIGIE_BASE_PATH): the server writes it into its own page; on another page of the
 * same host the address of the script tells.
 */

/** Without a slash at the end; empty on the host itself, on pages of other hosts, and in tests. */
export const BASE_PATH: string = basePathOf((globalThis as { document?: Document }).document);

function basePathOf(page: Document | undefined): string {
  const own = page?.documentElement.dataset['basePath'];
  if (!page || own !== undefined) return own ?? '';
  const script = page.querySelector<HTMLScriptElement>('script[src$="/vigie-camera.js"]');
  const url = script && new URL(script.src);
  return url?.origin === location.origin ? url.pathname.replace(/\/[^/]*$/, '') : '';
}
