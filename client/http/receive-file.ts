/** Receives a file with its progress, and passes it to the browser's downloads. */

import { unreachable } from './api-error.ts';

const URL_LIFETIME_MS = 60_000;

/**
 * @param onProgress the received part, 0 … 1; null if the server does not give the length
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

/** The name given by the server (RFC 6266). */
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
