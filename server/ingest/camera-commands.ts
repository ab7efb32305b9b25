/**
 * Commands sent to one camera that wait for `applied` or `rejected`.
 *
 * Invariant: a command is answered exactly once: by the camera, by its deadline, or by `close`.
 */

import { VigieError } from '../errors.ts';
import type { OtaMessage, RebootMessage, SetMessage } from '../wire/camera-protocol.ts';

const ANSWER_TIMEOUT_MS = 5_000;
const MAX_PENDING = 16;

type CommandMessage = SetMessage | RebootMessage | OtaMessage;
type Command = Omit<SetMessage, 'id'> | Omit<RebootMessage, 'id'> | Omit<OtaMessage, 'id'>;

export interface StartedCommand {
  /** The id that the camera's answer repeats. */
  id: number;
  /** Rejects as `CameraCommands.run`. */
  answered: Promise<void>;
}

interface Pending {
  answered: PromiseWithResolvers<void>;
  deadline: NodeJS.Timeout;
}

export class CameraCommands {
  readonly #send: (message: CommandMessage) => void;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed = false;

  constructor(send: (message: CommandMessage) => void) {
    this.#send = send;
  }

  /** @throws VigieError `cameraOffline`, `cameraRejected`, `tooManyRequests`, or `unavailable` when no answer came */
  async run(command: Command): Promise<void> {
    await this.start(command).answered;
  }

  /** For commands whose progress the camera reports later. @throws VigieError `cameraOffline`, `tooManyRequests` */
  start(command: Command): StartedCommand {
    if (this.#closed) throw new VigieError('cameraOffline', 'the camera is not connected');
    if (this.#pending.size >= MAX_PENDING)
      throw new VigieError('tooManyRequests', 'the camera has not answered the commands before this one');
    const id = this.#nextId++;
    const answered = Promise.withResolvers<void>();
    const deadline = setTimeout(() => {
      const seconds = ANSWER_TIMEOUT_MS / 1000;
      this.#settle(id, new VigieError('unavailable', `the camera did not answer within ${seconds} s`));
    }, ANSWER_TIMEOUT_MS);
    this.#pending.set(id, { answered, deadline });
    this.#send({ ...command, id });
    return { id, answered: answered.promise };
  }

  /** An unknown id is a late answer, and is ignored. */
  onApplied(id: number): void {
    this.#settle(id);
  }

  onRejected(id: number, reason: string): void {
    this.#settle(id, new VigieError('cameraRejected', reason));
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const id of this.#pending.keys())
      this.#settle(id, new VigieError('cameraOffline', 'the camera went offline before it answered'));
  }

  #settle(id: number, error?: VigieError): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.deadline);
    if (error) pending.answered.reject(error);
    else pending.answered.resolve();
  }
}

/** Whether the camera may have carried out the command despite the error. @param error of a command */
export function isUnanswered(error: unknown): boolean {
  return error instanceof VigieError && error.code === 'unavailable';
}
