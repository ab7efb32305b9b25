/** Sends a file unchanged, and reports the progress, which fetch does not support; so it uses XMLHttpRequest. */

import { unreachable } from './api-error.ts';

export interface FileUpload {
  url: string;
  token: string;
  file: Blob;
  /** The sent part, 0 … 1. */
  onProgress: (part: number) => void;
  signal: AbortSignal;
}

/** If no byte is sent for this long, the network counts as lost. Longer than the server waits, which answers with the reason. */
const STALL_TIMEOUT_MS = 60_000;
/** The last bytes are still in buffers, of a proxy too; then the server writes a large file to its disk. */
const ANSWER_TIMEOUT_MS = 600_000;

/** @throws ApiError `unreachable` */
export async function sendFile({ url, token, file, onProgress, signal }: FileUpload): Promise<Response> {
  const request = new XMLHttpRequest();
  let stall: ReturnType<typeof setTimeout> | undefined;
  const watch = (timeoutMs = STALL_TIMEOUT_MS): void => {
    clearTimeout(stall);
    stall = setTimeout(() => request.abort(), timeoutMs);
  };
  const onAbort = (): void => request.abort();
  signal.addEventListener('abort', onAbort);
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    watch();
    onProgress(total > 0 ? loaded / total : 0);
  });
  request.upload.addEventListener('load', () => watch(ANSWER_TIMEOUT_MS));
  try {
    request.open('POST', url);
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    watch();
    request.send(file);
    await new Promise((resolve, reject) => {
      request.addEventListener('load', resolve);
      request.addEventListener('error', () => reject(unreachable(new Error('the request failed'))));
      request.addEventListener('abort', () => reject(unreachable(new Error('the upload was given up'))));
    });
    const headers = { 'content-type': request.getResponseHeader('content-type') ?? '' };
    const { status, statusText } = request;
    return new Response(request.responseText, { status, statusText, headers });
  } finally {
    clearTimeout(stall);
    signal.removeEventListener('abort', onAbort);
  }
}
