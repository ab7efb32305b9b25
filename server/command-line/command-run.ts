/** The arguments and services of a command. */

import type { ApiCaller } from './api-caller.ts';
import type { Output } from './output.ts';

/** As typed; each command checks its own. */
export interface CommandOptions {
  width?: string;
  output?: string;
  for?: string;
  camera?: string;
  follow?: boolean;
  limit?: string;
  mode?: string;
  from?: string;
  to?: string;
  rights?: string;
  power?: string;
  days?: string;
}

export interface CommandRun {
  api: ApiCaller;
  output: Output;
  /** After the command. */
  words: readonly string[];
  options: CommandOptions;
  /** ms since the Unix epoch. */
  nowMs: () => number;
  /** Aborted when the command is interrupted. */
  gone: AbortSignal;
}
