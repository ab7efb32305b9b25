/**
 * WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), as Firefox itself implements it: commands and events as JSON
 * over one WebSocket. The tests need only a few commands; playwright-core's driver for a stock Firefox requires the
 * newest version.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

type Parameters = Record<string, unknown>;

interface Message {
  type: 'success' | 'error' | 'event';
  id?: number;
  method?: string;
  params?: Parameters;
  result?: Parameters;
  error?: string;
  message?: string;
}

/** Connects standard input and output to a TCP port. */
const PIPE = `
  const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
  process.stdin.pipe(socket).pipe(process.stdout);
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(0));`;

function duplexOf({ stdin, stdout }: ChildProcess): Duplex {
  // The types know pairs of web streams only; Node accepts pairs of its own as well.
  return Duplex.from({ writable: stdin, readable: stdout } as unknown as NodeJS.ReadableStream);
}

export class BidiSession {
  readonly #socket: WebSocket;
  readonly #pipe: ChildProcess;
  readonly #pending = new Map<number, PromiseWithResolvers<Parameters>>();
  readonly #onEvent: (method: string, parameters: Parameters) => void;
  #lastId = 0;

  /** @param prefix words in front of the command line of a program that can reach the port */
  static async open(
    port: number,
    prefix: readonly string[],
    onEvent: (method: string, parameters: Parameters) => void,
  ): Promise<BidiSession> {
    // Firefox listens on the loopback of its own network, which may be another namespace.
    const [command, ...words] = [...prefix, process.execPath, '-e', PIPE, String(port)];
    const pipe = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/session`, {
      createConnection: () => duplexOf(pipe),
      perMessageDeflate: false,
    });
    await once(socket, 'open');
    const session = new BidiSession(socket, pipe, onEvent);
    await session.send('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
    return session;
  }

  private constructor(
    socket: WebSocket,
    pipe: ChildProcess,
    onEvent: (method: string, parameters: Parameters) => void,
  ) {
    this.#socket = socket;
    this.#pipe = pipe;
    this.#onEvent = onEvent;
    socket.on('message', (data: Buffer) => this.#onMessage(JSON.parse(data.toString()) as Message));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('Firefox has gone'));
      this.#pending.clear();
    });
  }

  /** @throws Error with Firefox's message */
  send(method: string, parameters: Parameters): Promise<Parameters> {
    const id = ++this.#lastId;
    const pending = Promise.withResolvers<Parameters>();
    this.#pending.set(id, pending);
    this.#socket.send(JSON.stringify({ id, method, params: parameters }), (error) => {
      if (error) pending.reject(error);
    });
    return pending.promise;
  }

  /** Idempotent. */
  close(): void {
    this.#socket.terminate();
    this.#pipe.kill();
  }

  #onMessage({ type, id = 0, method = '', params = {}, result = {}, error, message }: Message): void {
    if (type === 'event') return this.#onEvent(method, params);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (type === 'success') pending?.resolve(result);
    else pending?.reject(new Error(`${error}: ${message}`));
  }
}
