/** An error between this page and the server, as one sentence that a person can act on. */

import type { Problem } from '../../server/wire/problem.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** One of the codes of server/errors.ts, or `unreachable` or `unexpected`, which only the client knows. */
  readonly code: string;
  /** HTTP status, 0 when no answer came. */
  readonly status: number;

  /** @param detail shown to people as it stands */
  constructor(code: string, detail: string, status: number, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.status = status;
  }

  /** True when the server has refused: sending the same request again is pointless. */
  get isRefusal(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

export function unreachable(cause: unknown): ApiError {
  return new ApiError('unreachable', 'The server does not answer. Check your network and try again.', 0, {
    cause,
  });
}

/** Reads problem details (RFC 9457); anything else, such as a proxy's error page, becomes a sentence with the status. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('json')) {
    const body: unknown = await response.json().catch(() => null);
    if (isProblem(body)) return new ApiError(body.code, body.detail || body.title, response.status);
  }
  const detail = `The server answered ${response.status}${response.statusText ? ` (${response.statusText})` : ''}.`;
  return new ApiError('unexpected', detail, response.status);
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  const { code, detail, title } = body as Partial<Record<keyof Problem, unknown>>;
  return typeof code === 'string' && typeof detail === 'string' && typeof title === 'string';
}

/** The sentence to show for any thrown value. */
export function errorText(error: unknown): string {
  const text =
    error instanceof Error && error.message ? error.message : 'Something went wrong. Please try again.';
  // The server's details are written to follow a title, in lower case.
  return text.charAt(0).toUpperCase() + text.slice(1);
}
