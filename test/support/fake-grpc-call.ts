import { EventEmitter } from 'node:events';
import { ServerStream, type StreamCall } from '../../server/grpc/server-stream.ts';
import { createLog } from '../../server/log.ts';

/** A call whose client reads when the test says so. */
export class FakeGrpcCall<Message> extends EventEmitter {
  readonly sent: Message[] = [];
  readonly stream: ServerStream<Message>;
  /** The status that the server ended it with, where that was not OK. */
  failure: { code?: number } | undefined;
  readonly #written: (() => void)[] = [];

  constructor() {
    super();
    this.on('error', (failure: { code?: number }) => (this.failure = failure));
    this.stream = new ServerStream<Message>(this as unknown as StreamCall<Message>, createLog('silent'));
  }

  write(message: Message, onWritten: () => void): void {
    this.sent.push(message);
    this.#written.push(onWritten);
  }

  end(): void {
    this.emit('cancelled');
  }

  /** The client reads what has been sent. */
  drain(): void {
    for (let written = this.#written.shift(); written; written = this.#written.shift()) written();
  }
}
