/**
 * The .proto, loaded once: the service's definition, and the package for reflection; and the server that services are
 * added to.
 */

import { fileURLToPath } from 'node:url';
import {
  Server,
  type ServiceDefinition,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { FramedMessage, orFramed } from './framed-message.ts';
import { GRPC_SERVICE, PROTO_FILE, type GrpcMessages } from '../wire/grpc-messages.ts';

const WIRE_FOLDER = fileURLToPath(new URL('../wire', import.meta.url));

export interface LoadedProto {
  service: ServiceDefinition<Record<string, UntypedHandleCall>>;
  /** With the names of the .proto. */
  described: PackageDefinition;
}

/** Stands for a request whose bytes are no valid message: its method refuses it like other invalid requests. */
export const MALFORMED_REQUEST = Symbol('malformed request');

/** As server/wire/grpc-messages.ts describes the messages. */
export function loadProto(): LoadedProto {
  const includeDirs = [WIRE_FOLDER];
  const definition = loadSync(PROTO_FILE, {
    includeDirs,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const described = loadSync(PROTO_FILE, { includeDirs, keepCase: true });
  return { service: definition[GRPC_SERVICE] as LoadedProto['service'], described };
}

type Frame = GrpcMessages['WatchFramesResponse'];

/** Pictures as WatchFrames sends them, each encoded once, for readers that missed none. */
export function framesOnce({ service }: LoadedProto): (frame: object, make: () => Frame) => FramedMessage {
  const encode = service['WatchFrames']?.responseSerialize as (message: Frame) => Buffer;
  const known = new WeakMap<object, FramedMessage>();
  return (frame, make) => {
    const framed = known.get(frame) ?? new FramedMessage(encode(make()));
    known.set(frame, framed);
    return framed;
  };
}

/**
 * The methods of all its services, including those of libraries, get MALFORMED_REQUEST where the library would report an error of
 * the server.
 */
export class TolerantServer extends Server {
  override addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    const methods = Object.entries(service).map(
      ([name, method]) =>
        [
          name,
          {
            ...method,
            requestDeserialize: orMalformed(method.requestDeserialize),
            responseSerialize: orFramed(method.responseSerialize),
          },
        ] as const,
    );
    super.addService(Object.fromEntries(methods), implementation);
  }
}

function orMalformed<T>(deserialize: (bytes: Buffer) => T): (bytes: Buffer) => T | typeof MALFORMED_REQUEST {
  return (bytes) => {
    try {
      return deserialize(bytes);
    } catch {
      return MALFORMED_REQUEST;
    }
  };
}
