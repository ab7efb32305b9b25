/**
 * A JSON Schema as people read a type: `{ name: string (1 … 64 characters), days?: integer (0 … 6)[] }`, one field to a line.
 * Named schemas are shown by their name.
 */

import { nameIn, type Schema } from './openapi.ts';

/** The largest number that zod names where there is no limit. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** @param indent of the lines after the first one */
export function schemaText(schema: Schema, indent = ''): string {
  if (schema.$ref !== undefined) return nameIn(schema.$ref);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((each) => schemaText(each, indent)).join(' | ');
  if (schema.allOf) return schema.allOf.map((each) => schemaText(each, indent)).join(' & ');
  if (schema.prefixItems) return `[${schema.prefixItems.map((each) => schemaText(each, indent)).join(', ')}]`;
  if (schema.items)
    return `${bracketed(schemaText(schema.items, indent))}[]${amount(schema.minItems, schema.maxItems, 'items')}`;
  if (schema.properties || schema.type === 'object') return objectText(schema, indent);
  return `${schema.type ?? 'any'}${limits(schema)}`;
}

function objectText(
  { properties = {}, required = [], additionalProperties }: Schema,
  indent: string,
): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(
    ([name, schema]) =>
      `${inner}${name}${required.includes(name) ? '' : '?'}: ${schemaText(schema, inner)}${byDefault(schema)}`,
  );
  if (typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0)
    lines.push(`${inner}[name]: ${schemaText(additionalProperties, inner)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

function byDefault({ default: value }: Schema): string {
  return value === undefined ? '' : ` = ${JSON.stringify(value)}`;
}

function limits({ minimum, maximum, minLength, maxLength, pattern }: Schema): string {
  const parts = [amount(minimum, maximum, ''), amount(minLength, maxLength, 'characters')];
  // The others add nothing to the limits.
  if (pattern?.startsWith('^')) parts.push(` like ${pattern}`);
  return parts.join('');
}

function amount(min: number | undefined, max: number | undefined, unit: string): string {
  const from = min === undefined || min === -NO_LIMIT ? undefined : min;
  const to = max === undefined || max === NO_LIMIT ? undefined : max;
  if (from === undefined && to === undefined) return '';
  const end = unit === '' ? '' : ` ${unit}`;
  if (from === to) return ` (${from}${end})`;
  if (to === undefined) return ` (at least ${from}${end})`;
  return from === undefined ? ` (at most ${to}${end})` : ` (${from} … ${to}${end})`;
}

/** A choice in front of `[]` needs brackets. */
function bracketed(text: string): string {
  return / [|&] /.test(text) && !text.startsWith('{') ? `(${text})` : text;
}
