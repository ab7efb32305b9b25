/** The .proto, loaded once: the service's definition, and the package for reflection. */

import { fileURLToPath } from 'node:url';
import type { ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { GRPC_SERVICE, PROTO_FILE } from '../wire/grpc-messages.ts';

const WIRE_FOLDER = fileURLToPath(new URL('../wire', import.meta.url));

export interface LoadedProto {
  service: ServiceDefinition<Record<string, UntypedHandleCall>>;
  /** With the names that the .proto has. */
  described: PackageDefinition;
}

/** In place of a request whose bytes are no message: its method answers that, as it does other wrong requests (parse-request.ts). */
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
  const service = Object.entries(definition[GRPC_SERVICE] as LoadedProto['service']).map(
    ([name, method]) =>
      [name, { ...method, requestDeserialize: orMalformed(method.requestDeserialize) }] as const,
  );
  return { service: Object.fromEntries(service), described };
}

/** The library answers an error of it as a fault of the server. */
function orMalformed<T>(deserialize: (bytes: Buffer) => T): (bytes: Buffer) => T | typeof MALFORMED_REQUEST {
  return (bytes) => {
    try {
      return deserialize(bytes);
    } catch {
      return MALFORMED_REQUEST;
    }
  };
}
