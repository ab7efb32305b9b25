/** The schemas of gRPC messages describe the .proto, and its enums have the words that the HTTP API uses. */

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { suite, test } from 'node:test';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';
import { CAMERA_STATUS } from '../../server/wire/camera.ts';
import { EVENT_KIND, EVENT_SOURCE } from '../../server/wire/event.ts';
import {
  CAMERA_RIGHTS,
  CAMERA_STATUSES,
  EVENT_KINDS,
  EVENT_SOURCES,
  GRPC_MESSAGES,
  GRPC_SERVICE,
  PROTO_FILE,
} from '../../server/wire/grpc-messages.ts';
import { KEY_RIGHTS } from '../../server/wire/key-rights.ts';

interface Field {
  name: string;
  label: string;
  type: string;
  typeName: string;
}

interface Described {
  type: { field: Field[]; oneofDecl: { name: string }[]; value: { name: string; number: number }[] };
}

const WIRE = resolve(import.meta.dirname, '../../server/wire');
const proto = loadSync(PROTO_FILE, { includeDirs: [WIRE] });
const described = (name: string): Described['type'] =>
  (proto[`vigie.v1.${name}`] as unknown as Described | undefined)?.type ?? assert.fail(`no ${name}`);

const KINDS: Readonly<Record<string, string>> = {
  TYPE_STRING: 'string',
  TYPE_BOOL: 'boolean',
  TYPE_DOUBLE: 'number',
  TYPE_UINT32: 'number',
  TYPE_UINT64: 'number',
  TYPE_INT64: 'number',
  TYPE_BYTES: 'custom',
};

/** @returns how the schema of each field would have to be */
function shapeOf(message: string): Record<string, unknown> {
  const { field: fields, oneofDecl } = described(message);
  const oneofs = new Set(oneofDecl.map(({ name }) => name));
  return Object.fromEntries(
    fields.map(({ name, label, type, typeName }) => {
      const isRepeated = label === 'LABEL_REPEATED';
      const one =
        type === 'TYPE_MESSAGE'
          ? shapeOf(typeName)
          : type === 'TYPE_ENUM'
            ? described(typeName).value.map((value) => value.name)
            : (KINDS[type] ?? assert.fail(`${type} of ${name}`));
      // A field that may be absent is a oneof of its own.
      const isAbsent = oneofs.has(`_${name}`) || oneofs.has('message');
      const shape = isRepeated ? { repeated: one } : isAbsent ? { absent: one } : one;
      return [name, shape];
    }),
  );
}

function shapeOfSchema(schema: z.core.$ZodType): unknown {
  // The form on the wire, before it is transformed.
  if (schema instanceof z.ZodPipe) return shapeOfSchema(schema.in);
  if (schema instanceof z.ZodObject)
    return Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([name, field]) => [
        name,
        shapeOfSchema(field),
      ]),
    );
  if (schema instanceof z.ZodArray) return { repeated: shapeOfSchema(schema.element) };
  if (schema instanceof z.ZodExactOptional) return { absent: shapeOfSchema(schema.unwrap()) };
  if (schema instanceof z.ZodNullable) return shapeOfSchema(schema.unwrap());
  if (schema instanceof z.ZodEnum) return schema.options;
  return schema instanceof z.ZodType ? schema.type : assert.fail('a schema of another kind');
}

suite('gRPC messages', () => {
  for (const [name, schema] of Object.entries(GRPC_MESSAGES))
    test(`${name} has the fields of the .proto`, () => {
      assert.deepEqual(shapeOfSchema(schema), shapeOf(name));
    });

  test('each method has its messages', () => {
    const methods = Object.values(proto[GRPC_SERVICE] ?? {}) as { originalName: string; path: string }[];
    const named = methods
      .map(({ path }) => path.split('/').at(-1))
      .flatMap((name) => [`${name}Request`, `${name}Response`]);
    assert.deepEqual(named.toSorted(), Object.keys(GRPC_MESSAGES).toSorted());
  });

  for (const [prefix, words, names] of [
    ['CAMERA_STATUS', CAMERA_STATUS.options, CAMERA_STATUSES],
    ['CAMERA_RIGHT', KEY_RIGHTS, CAMERA_RIGHTS],
    ['EVENT_KIND', EVENT_KIND.options, EVENT_KINDS],
    ['EVENT_SOURCE', EVENT_SOURCE.options, EVENT_SOURCES],
  ] as const)
    test(`${prefix} has every word of the HTTP API`, () => {
      const wanted = words.map((word) => `${prefix}_${word.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`);
      assert.deepEqual(new Set(names), new Set([`${prefix}_UNSPECIFIED`, ...wanted]));
    });
});
