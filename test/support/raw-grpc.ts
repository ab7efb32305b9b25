/** The gRPC interface alone, with one key, and clients that speak HTTP/2 and may break every rule of gRPC. */

import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { TestContext } from 'node:test';
import { GrpcInterface, type OpenGrpcOptions } from '../../server/grpc/open-grpc.ts';
import { VigieError } from '../../server/errors.ts';
import { createLog } from '../../server/log.ts';

export const KEY = `vigie_${'a'.repeat(12)}_${'b'.repeat(43)}`;

export async function grpcInterface(context: TestContext, options: Partial<OpenGrpcOptions> = {}) {
  const caller = { userId: 'anna', sessionId: 'key', expiresAtMs: Infinity };
  const identify = (key: string): typeof caller => {
    if (key === KEY) return caller;
    throw new VigieError('unauthorized', 'this API key is wrong');
  };
  const grpc = new GrpcInterface({
    port: 0,
    host: '127.0.0.1',
    certificate: undefined,
    isTrustedProxy: () => false,
    connectionOf: () => ({ address: '192.0.2.1', secure: false }),
    accounts: {
      apiKeys: { admit: identify, identify },
      access: { may: () => true, assertMay: () => undefined, assertMayAsProgram: () => undefined },
      leases: { hold: () => () => undefined },
    },
    cameras: { list: () => [] },
    catalog: { viewsFor: () => [], assertHasKey: () => undefined },
    time: { nowMs: () => 0 },
    log: createLog('silent'),
    ...options,
  } as unknown as OpenGrpcOptions);
  const port = await grpc.listen();
  context.after(() => grpc.close());
  return { grpc, port, connect: () => new RawClient(context, port) };
}

export class RawClient {
  readonly session: ClientHttp2Session;

  constructor(context: TestContext, port: number) {
    this.session = connectHttp2(`http://127.0.0.1:${port}`);
    this.session.on('error', () => undefined);
    context.after(() => this.session.destroy());
  }

  /** @param method such as `vigie.v1.VigieService/ListCameras` */
  call(method: string, key: string | undefined = KEY): RawCall {
    return new RawCall(
      this.session.request({
        ':method': 'POST',
        ':path': `/${method}`,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(key !== '' && { authorization: `Bearer ${key}` }),
      }),
    );
  }
}

export class RawCall {
  readonly stream: ClientHttp2Stream;
  /** Bytes of the answers, with their heads. */
  received = 0;
  /** The status's number, once the call has ended; undefined: it ended without one. */
  readonly status: Promise<number | undefined>;

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream;
    let status: number | undefined;
    const take = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status']);
    };
    stream.on('response', take);
    stream.on('trailers', take);
    stream.on('error', () => undefined);
    stream.on('data', (data: Buffer) => (this.received += data.length));
    this.status = Promise.race([once(stream, 'end'), once(stream, 'close')]).then(
      () => status,
      () => status,
    );
  }

  /** @param length that its head says */
  write(message: Uint8Array, length = message.length): this {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(length, 1);
    this.stream.write(Buffer.concat([head, message]));
    return this;
  }

  end(): this {
    this.stream.end();
    return this;
  }
}
