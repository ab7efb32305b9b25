/**
 * Reads a column of JSON. Rows may come from an older or newer version, or from a file edited by hand.
 *
 * Invariant: the returned value fits its schema. Fields or entries that do not fit are left out; the others stay.
 */

import type { z } from 'zod';
import { validate } from '../wire/validate.ts';

/** @returns the fields that fit; undefined when the column holds no object */
export function readFields<Shape extends Record<string, z.ZodType>>(
  schema: z.ZodObject<Shape>,
  column: unknown,
): Partial<z.infer<z.ZodObject<Shape>>> | undefined {
  const value = parse(column);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
    const read = validate(field, (value as Record<string, unknown>)[name]);
    if (name in value && read.success) fields[name] = read.data;
  }
  return fields as Partial<z.infer<z.ZodObject<Shape>>>;
}

/** @returns the entries that fit; none when the column holds no list */
export function readEntries<T>(schema: z.ZodType<T>, column: unknown): T[] {
  const value = parse(column);
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    const read = validate(schema, entry);
    return read.success ? [read.data] : [];
  });
}

function parse(column: unknown): unknown {
  if (typeof column !== 'string') return undefined;
  try {
    return JSON.parse(column);
  } catch {
    return undefined;
  }
}
