/** The commands, with their words and options: the one list that the parser, the help and docs/command-line.md follow. */

import { parseArgs } from 'node:util';
import { CommandError } from './command-error.ts';
import type { CommandOptions, CommandRun } from './command-run.ts';
import { listCameras, snapshot, watch } from './commands/cameras.ts';
import { doctor } from './commands/doctor.ts';
import { listEvents } from './commands/events.ts';
import { keys } from './commands/keys.ts';
import { exportRange, record } from './commands/recordings.ts';
import { site } from './commands/site.ts';

interface Command {
  usage: string;
  summary: string;
  /** How many words it needs. */
  words: number;
  options: readonly (keyof CommandOptions)[];
  run: (run: CommandRun) => Promise<void>;
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  cameras: { usage: 'cameras', summary: 'list the cameras', words: 0, options: [], run: listCameras },
  snapshot: {
    usage: 'snapshot CAMERA [--width PIXELS] [--output FILE]',
    summary: 'save the newest picture; FILE - is stdout',
    words: 1,
    options: ['width', 'output'],
    run: snapshot,
  },
  watch: {
    usage: 'watch CAMERA [--for SECONDS]',
    summary: 'print frames per second, age and size each second',
    words: 1,
    options: ['for'],
    run: watch,
  },
  events: {
    usage: 'events [--camera CAMERA] [--limit N] [--follow]',
    summary: 'list events, and wait for new ones',
    words: 0,
    options: ['camera', 'limit', 'follow'],
    run: listEvents,
  },
  record: {
    usage: 'record CAMERA [--mode MODE]',
    summary: 'read or set when a camera is recorded',
    words: 1,
    options: ['mode'],
    run: record,
  },
  export: {
    usage: 'export CAMERA --from TIME [--to TIME] [--output FILE]',
    summary: 'fetch a range of recordings as one file',
    words: 1,
    options: ['from', 'to', 'output'],
    run: exportRange,
  },
  keys: {
    usage:
      'keys [list | add NAME [--camera CAMERA] [--rights live,events] [--power metrics] [--days N] | revoke ID]',
    summary: 'list, make and revoke API keys',
    words: 0,
    options: ['camera', 'rights', 'power', 'days'],
    run: keys,
  },
  doctor: {
    usage: 'doctor',
    summary: 'check server, key, cameras, recording and clock',
    words: 0,
    options: [],
    run: doctor,
  },
  site: {
    usage: 'site (invite NAME | edge NAME --site NAME) --nats URL [--users FILE]',
    summary:
      'add a site or an edge to the users of a nats-server, and print the line for its .env; needs no server',
    words: 2,
    options: ['nats', 'users', 'site'],
    run: site,
  },
};

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  follow: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  width: { type: 'string' },
  for: { type: 'string' },
  camera: { type: 'string' },
  limit: { type: 'string' },
  mode: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  rights: { type: 'string' },
  power: { type: 'string' },
  days: { type: 'string' },
  nats: { type: 'string' },
  users: { type: 'string' },
  site: { type: 'string' },
} as const;
const NUMBERS = ['width', 'for', 'limit', 'days'] as const;

export interface ParsedLine {
  command: Command;
  words: readonly string[];
  options: CommandOptions;
  json: boolean;
}

/** @returns undefined for --help @throws CommandError `usage` */
export function parseLine(args: readonly string[]): ParsedLine | undefined {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CommandError('usage', (error as Error).message, { cause: error });
  }
  const { json = false, help = false, ...options } = parsed.values;
  const [name, ...words] = parsed.positionals;
  if (help || name === undefined) return undefined;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new CommandError('usage', `there is no command ${name}; see vigie --help`);
  const unknown = Object.keys(options).find(
    (each) => !command.options.includes(each as keyof CommandOptions),
  );
  if (unknown !== undefined)
    throw new CommandError('usage', `${name} has no --${unknown}: vigie ${command.usage}`);
  if (words.length < command.words) throw new CommandError('usage', `vigie ${command.usage}`);
  for (const number of NUMBERS)
    if (options[number] !== undefined && !/^\d{1,9}$/.test(options[number]))
      throw new CommandError('usage', `--${number} must be a whole number`);
  return { command, words, options, json };
}

export function helpText(): string {
  const lines = Object.values(COMMANDS).map(({ usage, summary }) => `  vigie ${usage}\n      ${summary}`);
  return `Usage: vigie COMMAND [--json]

${lines.join('\n')}

CAMERA is an id or a name. The server and the key come from VIGIE_URL and VIGIE_KEY, or from
~/.config/vigie/config.json: {"url":"https://…","key":"vigie_…"}, which only you may read.
Exit codes: 0 done, 1 failed, 2 not understood, 3 not reachable, 4 not allowed, 5 not found, 6 doctor found a problem.
`;
}
