import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

const ROOT = resolve(import.meta.dirname, '../..');
const policy = readFileSync(resolve(ROOT, 'SECURITY.md'), 'utf8');
const rows = tableOf('limits').map(([, door = '', what = '', limit = '', constant = '']) => ({
  door,
  what,
  limit,
  constant,
}));
const shares = tableOf('shares').map(([, what = '', total = '', perUser = '', constant = '']) => ({
  what,
  limits: [total, perUser],
  constant,
}));

/** In the unit of the constant's name, or of the table. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
};

test('the table of limits has every listener', () => {
  const doors = new Set(rows.map(({ door }) => door));
  for (const door of ['HTTP', 'Signaling', 'Camera', 'UDP', 'ICE-TCP', 'MJPEG', 'Downloads', 'Uploads'])
    assert.ok(doors.has(door), door);
  for (const door of ['Sign-in', 'Pairing', 'Database']) assert.ok(doors.has(door), door);
});

for (const { door, what, limit, constant } of rows) {
  test(`the limit in SECURITY.md is the code's: ${door}: ${what}`, () => {
    const [, file = '', path = ''] = /^`([^`]+)` `([^`]+)`$/.exec(constant) ?? [];
    const [, digits = '', unit = ''] = /^([\d,]+)(?: (\w+))?$/.exec(limit) ?? [];
    const factor = UNITS[unit];
    assert.ok(file !== '' && digits !== '' && factor !== undefined, `${limit} | ${constant}`);
    assert.equal(valueOf(file, path) * msPer(path, unit), Number(digits.replaceAll(',', '')) * factor);
  });
}

for (const { what, limits, constant } of shares) {
  test(`the shares in SECURITY.md are the code's: ${what}`, () => {
    const [, file = '', name = ''] = /^`([^`]+)` `([^`]+)`$/.exec(constant) ?? [];
    const ofOne = readFileSync(resolve(ROOT, file), 'utf8').includes(`perKey`) ? 'perKey' : 'perUser';
    assert.deepEqual(
      limits.map((limit) => Number(limit.replaceAll(',', ''))),
      [valueOf(file, `${name}.total`), valueOf(file, `${name}.${ofOne}`)],
    );
  });
}

test('every bound with shares in the server is in the table', () => {
  const listed = new Set(shares.map(({ constant }) => /`(\w+)`$/.exec(constant)?.[1]));
  for (const file of globSync('server/**/*.ts', { cwd: ROOT }))
    for (const [, name] of readFileSync(resolve(ROOT, file), 'utf8').matchAll(/const (\w+) = \{ total: /g))
      if (name !== 'UNAUTHENTICATED') assert.ok(listed.has(name), `${name} in ${file}`);
});

/** The cells of each row, from the second on. */
function tableOf(name: string): string[][] {
  const [, table = ''] =
    new RegExp(`<!-- ${name}:[^>]*-->([\\s\\S]*)<!-- end of ${name} -->`).exec(policy) ?? [];
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

/** Times are compared in ms. */
function msPer(path: string, unit: string): number {
  if (path.endsWith('_US')) return 1 / 1_000;
  if (/_SECONDS$|\.duration$/.test(path)) return 1_000;
  assert.equal(/_MS$|Ms$/.test(path), ['s', 'min', 'h', 'd'].includes(unit), `${path} is no time in ms`);
  return 1;
}

/** The value of a constant, or of a field in one, parsed from the source: most of them are not exported. */
function valueOf(file: string, path: string): number {
  const [name = '', ...fields] = path.split('.');
  const source = readFileSync(resolve(ROOT, file), 'utf8');
  const value = fields.reduce<unknown>(
    (object, field) => (object as Record<string, unknown>)[field],
    runInNewContext(`(${initializerOf(file, source, name)})`),
  );
  assert.equal(typeof value, 'number', `${path} in ${file}`);
  return value as number;
}

/** With the constants in it inserted, also those imported from another file. */
function initializerOf(file: string, source: string, name: string): string {
  const declaration = new RegExp(`^(?:export )?const ${name}(?::[^=]+)? = ([^;]+);`, 'm').exec(source);
  const imported = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '([^']+)'`).exec(source)?.[1];
  if (!declaration && imported !== undefined) {
    const other = resolve(ROOT, file, '..', imported);
    return initializerOf(other, readFileSync(other, 'utf8'), name);
  }
  assert.ok(declaration, `there is no constant ${name} in ${file}`);
  const expression = (declaration[1] ?? '').replace(/ as const\b| satisfies .*$/g, '');
  return expression.replaceAll(
    /\b[A-Z][A-Z\d]*_[A-Z\d_]+\b/g,
    (other) => `(${initializerOf(file, source, other)})`,
  );
}
