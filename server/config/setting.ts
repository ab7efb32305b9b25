/** One setting, and how the values of several are read. */

export interface Setting<T> {
  name: string;
  /** As written in the environment; empty: unset. */
  default: string;
  /** Unit of the value, if it has one. */
  unit?: string;
  description: string;
  secret?: true;
  /** @throws RangeError whose message completes the sentence "NAME must be …" */
  parse: (text: string) => T;
}

export const setting = <T>(entry: Setting<T>): Setting<T> => entry;

export function parseSwitch(text: string): boolean {
  if (text !== '0' && text !== '1') throw new RangeError('0 or 1');
  return text === '1';
}

export function parseList(text: string, parse: (item: string) => string): string[] {
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '').map(parse);
}

export function parseLength(text: string, min: number, max: number): string {
  if (text.length < min || text.length > max) throw new RangeError(`${min} to ${max} characters long`);
  return text;
}
