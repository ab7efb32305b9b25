/** A file that comes over the network, with how much of it is here, and its way into the downloads of the browser. */

import { unreachable } from './api-error.ts';

const URL_LIFETIME_MS = 60_000;

/**
 * @param onProgress how much is here, 0 … 1; null where the server does not say how much there will be
 * @throws ApiError when it is cut off
 */
export async function receiveFile(
  response: Response,
  onProgress: (share: number | null) => void,
): Promise<Blob> {
  const total = Number(response.headers.get('content-length')) || undefined;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  try {
    for await (const piece of response.body ?? []) {
      pieces.push(piece);
      received += piece.length;
      onProgress(total === undefined ? null : received / total);
    }
  } catch (error) {
    throw unreachable(error);
  }
  return new Blob(pieces, { type: response.headers.get('content-type') ?? '' });
}

/** As the server calls it (RFC 6266). */
export function fileNameOf(response: Response): string | undefined {
  return /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
}

export function saveAs(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), URL_LIFETIME_MS);
}
