/** Calls the gRPC interface by Python's grpcio, as programs do (test/grpc/client.py). */

import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonWith } from './python-tool.ts';
import { until } from './until.ts';

const CLIENT = resolve(import.meta.dirname, '../grpc/client.py');
/** 1.76 is the last that Python 3.9 takes. */
const PACKAGES = ['grpcio==1.76.0', 'grpcio-reflection==1.76.0'];

export interface Ended {
  code: string;
  details: string;
  trailers: Record<string, string>;
}

type Message = Record<string, unknown>;

export interface OpenOptions {
  key?: string;
  request?: unknown;
  /** In place of the request. */
  raw?: Buffer;
  timeout?: number;
  /** Messages that are read; left out: all. */
  reads?: number;
}

export class PythonCall {
  readonly messages: Message[] = [];
  ended: Ended | undefined;
  readonly #command: (command: Message) => void;
  readonly #assertRuns: () => void;
  #read = 0;

  /** @param assertRuns throws when there is nobody to wait for */
  constructor(command: (command: Message) => void, assertRuns: () => void) {
    this.#command = command;
    this.#assertRuns = assertRuns;
  }

  /** The next message. @throws Error when the call ends before */
  async next(): Promise<Message> {
    const index = this.#read++;
    await until('a message, or the end', () => {
      this.#assertRuns();
      return this.messages.length > index || this.ended !== undefined;
    });
    const message = this.messages[index];
    if (!message) throw new Error(`ended with ${this.ended?.code}: ${this.ended?.details}`);
    return message;
  }

  async end(): Promise<Ended> {
    return until('the end of the call', () => this.ended);
  }

  send(message: unknown): void {
    this.#command({ do: 'send', message });
  }

  /** No more will be sent. */
  halfClose(): void {
    this.#command({ do: 'end' });
  }

  read(count: number): void {
    this.#command({ do: 'read', count });
  }

  cancel(): void {
    this.#command({ do: 'cancel' });
  }
}

export class PythonGrpc implements Disposable {
  readonly #process: ChildProcess;
  readonly #calls = new Map<string, PythonCall>();
  readonly #answers: Message[] = [];
  #errors = '';

  /** @param authority file of the certificate to trust; left out: no TLS @returns or why it cannot be had here */
  static async start(port: number, authority?: string): Promise<PythonGrpc | { lack: string }> {
    const python = await pythonWith(PACKAGES.join('-'), PACKAGES);
    if ('lack' in python) return python;
    return new PythonGrpc(python.path, `localhost:${port}`, authority);
  }

  private constructor(path: string, target: string, authority: string | undefined) {
    this.#process = spawn(path, [CLIENT, target, ...(authority === undefined ? [] : [authority])], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], GRPC_VERBOSITY: 'NONE' },
    });
    this.#process.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()));
    const { stdout } = this.#process;
    if (stdout) createInterface(stdout).on('line', (line) => this.#onLine(line));
  }

  /** By reflection. @returns their names, or the code of the refusal */
  async services(key: string): Promise<unknown> {
    return (await this.#ask({ do: 'services', key }))['services'];
  }

  /** The fields of a message, as reflection describes them. */
  async fields(message: string): Promise<unknown> {
    return (await this.#ask({ do: 'fields', message }))['fields'];
  }

  async health(): Promise<unknown> {
    return (await this.#ask({ do: 'health' }))['health'];
  }

  /** After `services`, which teaches it the messages. */
  open(method: string, { raw, ...options }: OpenOptions = {}): PythonCall {
    const name = `call ${this.#calls.size}`;
    const call = new PythonCall(
      (command) => this.#command({ ...command, name }),
      () => this.#assertRuns(),
    );
    this.#calls.set(name, call);
    this.#command({ do: 'open', name, method, ...options, ...(raw && { raw: raw.toString('base64') }) });
    return call;
  }

  /** One that is answered once. @throws Error with the code of the refusal */
  async call(method: string, options: OpenOptions = {}): Promise<Message> {
    return this.open(method, options).next();
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
  }

  async #ask(command: Message): Promise<Message> {
    const index = this.#answers.length;
    this.#command(command);
    return until('an answer of Python', () => {
      this.#assertRuns();
      return this.#answers[index];
    });
  }

  #assertRuns(): void {
    if (this.#process.exitCode !== null) throw new Error(`Python ended: ${this.#errors}`);
  }

  #command(command: Message): void {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #onLine(line: string): void {
    const { name, message, ...rest } = JSON.parse(line) as { name?: string; message?: Message };
    const call = name === undefined ? undefined : this.#calls.get(name);
    if (!call) this.#answers.push(rest);
    else if (message) call.messages.push(message);
    else call.ended = rest as unknown as Ended;
  }
}
