import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { codecPrivileges } from '../../server/video/codec-privileges.ts';

/** Runs a script like the codec process: with its options, and an empty environment. */
function asCodec(script: string): string {
  const options = [...codecPrivileges(), '--input-type=module', '--eval', script];
  return execFileSync(process.execPath, options, {
    env: {},
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const FORBIDDEN: Record<string, string> = {
  'read a file outside its code': `(await import('node:fs')).readFileSync('/etc/hosts')`,
  'read the configuration': `(await import('node:fs')).readFileSync(${JSON.stringify(new URL('../../package.json', import.meta.url).pathname)})`,
  'write a file': `(await import('node:fs')).writeFileSync(${JSON.stringify(import.meta.dirname + '/x')}, '')`,
  'start a process': `(await import('node:child_process')).execFileSync('true')`,
  'start a thread': `new (await import('node:worker_threads')).Worker('1', { eval: true })`,
};

for (const [what, script] of Object.entries(FORBIDDEN)) {
  test(`a codec process cannot ${what}`, () => {
    const answer = asCodec(
      `try { ${script}; console.log('done'); } catch (error) { console.log(error.code); }`,
    );
    assert.equal(answer.trim(), 'ERR_ACCESS_DENIED');
  });
}

test('a codec process cannot reach the network', () => {
  const answer = asCodec(
    `import net from 'node:net';
     try { net.connect(9, '127.0.0.1').on('error', (error) => console.log(error.code)); }
     catch (error) { console.log(error.code); }`,
  );
  assert.equal(answer.trim(), 'ERR_ACCESS_DENIED');
});

test('a codec process sees no environment, and still loads the codec', () => {
  const codec = import.meta.resolve('node-av/lib');
  const answer = asCodec(
    `const { Codec } = await import(${JSON.stringify(codec)});
     console.log(Object.keys(process.env).length, Codec.findEncoderByName('libvpx') !== null);`,
  );
  assert.equal(answer.trim(), '0 true');
});
