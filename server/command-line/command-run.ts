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
  nats?: string;
  users?: string;
  site?: string;
}

export interface CommandRun {
  /** For commands that need a server. @throws CommandError `usage` without a key */
  readonly api: ApiCaller;
  output: Output;
  /** After the command. */
  words: readonly string[];
  options: CommandOptions;
  /** Like process.env. */
  environment: NodeJS.ProcessEnv;
  /** ms since the Unix epoch. */
  nowMs: () => number;
  /** Aborted when the command is interrupted. */
  gone: AbortSignal;
}
