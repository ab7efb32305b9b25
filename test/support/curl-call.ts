/**
 * Makes the HTTP call of a curl command line, for machines without curl. Supports -X, -H, -d, a URL, and --cacert,
 * which it ignores: the test's own process trusts what it needs to.
 */

/** @throws Error at an unknown word */
export async function callLikeCurl(line: string): Promise<Response> {
  const [program, ...words] = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
  if (program !== 'curl') throw new Error(`not a line of curl: ${line}`);
  const headers = new Headers();
  let [method, url, body] = ['GET', '', undefined as string | undefined];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-X') method = words.shift() ?? '';
    else if (word === '--cacert') words.shift();
    else if (word === '-d') body = words.shift();
    else if (word === '-H') headers.append(...headerOf(words.shift() ?? ''));
    else if (/^https?:/.test(word)) url = word;
    else throw new Error(`${word} is not understood in: ${line}`);
  }
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}

function headerOf(text: string): [name: string, value: string] {
  const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(text) ?? [];
  return [name, value];
}
