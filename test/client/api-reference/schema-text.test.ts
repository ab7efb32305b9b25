import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answerOf,
  routesOf,
  type OpenApiDocument,
  type Schema,
} from '../../../client/api-reference/openapi.ts';
import { schemaText } from '../../../client/api-reference/schema-text.ts';
import { describeApi } from '../../../server/openapi/description.ts';

const TEXTS: [schema: Schema, text: string][] = [
  [{ type: 'string', minLength: 1, maxLength: 64 }, 'string (1 … 64 characters)'],
  [{ type: 'string', minLength: 43, maxLength: 43 }, 'string (43 characters)'],
  [{ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, 'integer (at least 0)'],
  [{ type: 'number', maximum: 1 }, 'number (at most 1)'],
  [{ type: 'string', pattern: '^[a-f]+$' }, 'string like ^[a-f]+$'],
  [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
  [{ anyOf: [{ $ref: '#/components/schemas/Camera' }, { type: 'null' }] }, 'Camera | null'],
  [{ type: 'array', items: { enum: [1, 2] }, maxItems: 7 }, '(1 | 2)[] (at most 7 items)'],
  [{ type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }] }, '[number, number]'],
  [{ type: 'object', properties: {} }, '{}'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{\n  [name]: number\n}'],
  [
    {
      type: 'object',
      properties: {
        a: { type: 'object', properties: { b: { type: 'boolean' } } },
        c: { type: 'null', default: null },
      },
      required: ['a'],
    },
    '{\n  a: {\n    b?: boolean\n  }\n  c?: null = null\n}',
  ],
  [{}, 'any'],
];

test('a schema is read as a type', () => {
  for (const [schema, text] of TEXTS) assert.equal(schemaText(schema), text);
});

test('every schema of the server’s own document has a text', () => {
  const document = describeApi() as OpenApiDocument;
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const text = schemaText(schema);
    assert.ok(!text.includes('undefined'), `${name}: ${text}`);
  }
});

test('each route is found below one tag, and by the words of its method, path and summary', () => {
  const document = describeApi() as OpenApiDocument;
  const all = document.tags.flatMap(({ name }) => routesOf(document, name, ''));
  assert.equal(all.length, Object.values(document.paths).flatMap((path) => Object.keys(path)).length);
  const found = routesOf(document, 'Cameras', ' delete REMOVE ');
  assert.deepEqual(
    found.map(({ method, path }) => `${method} ${path}`),
    ['DELETE /api/cameras/{cameraId}'],
  );
});

test('an answer that is referred to is found', () => {
  const document = describeApi() as OpenApiDocument;
  assert.match(
    answerOf(document, { $ref: '#/components/responses/NotFound' }).description,
    /hidden from the caller/,
  );
  assert.equal(answerOf(document, { $ref: '#/components/responses/Nothing' }).description, '');
});
