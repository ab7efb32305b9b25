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
