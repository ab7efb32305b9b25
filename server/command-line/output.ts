/**
 * Output of a command: a table or lines for people, or with --json one JSON value per line for programs. Progress goes to
 * stderr, and only to a terminal.
 */

import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CommandError } from './command-error.ts';

export interface Streams {
  out: (text: string) => void;
  /** Undefined: output is not a terminal. */
  progress: ((text: string) => void) | undefined;
}

export class Output {
  readonly #json: boolean;
  readonly #streams: Streams;
  #hasProgress = false;

  constructor(json: boolean, streams: Streams) {
    this.#json = json;
    this.#streams = streams;
  }

  /** @param text for people */
  value(value: unknown, text: string): void {
    this.#clear();
    this.#streams.out(`${this.#json ? JSON.stringify(value) : text}\n`);
  }

  /** With --json one value per line. @param columns of each value, for people */
  table<T>(values: readonly T[], titles: readonly string[], columns: (value: T) => readonly string[]): void {
    if (this.#json) {
      for (const value of values) this.value(value, '');
      return;
    }
    const rows = [titles, ...values.map(columns)];
    const widths = titles.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
    for (const cells of rows)
      this.value(
        undefined,
        cells
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
  }

  /** @param share 0 … 1 */
  progress(what: string, share: number): void {
    this.#hasProgress = this.#streams.progress !== undefined;
    this.#streams.progress?.(`\r${what} ${String(Math.floor(share * 100)).padStart(3)} %`);
  }

  #clear(): void {
    if (this.#hasProgress) this.#streams.progress?.('\r\u001B[K');
    this.#hasProgress = false;
  }
}

/** Waits for a slow reader. @param path `-` is stdout @throws CommandError */
export async function save(path: string, body: ReadableStream<Uint8Array> | Uint8Array): Promise<void> {
  if (path === '-')
    return pipeline(body instanceof Uint8Array ? [body] : body, process.stdout, { end: false });
  try {
    await writeWhole(path, body);
  } catch (error) {
    // The error of a truncated response has no system call's code.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new CommandError('failed', `${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The file is complete, or unchanged. */
async function writeWhole(path: string, body: ReadableStream<Uint8Array> | Uint8Array): Promise<void> {
  const known = await stat(path).catch(() => undefined);
  // A device, or a pipe.
  if (known && !known.isFile()) return writeFile(path, body);
  const target = known ? await realpath(path) : path;
  const part = `${target}.${process.pid}.part`;
  try {
    await writeFile(part, body);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
