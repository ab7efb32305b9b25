import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine, type Command } from '../../server/config/command-line.ts';

const COMMANDS: [args: string[], command: Command][] = [
  [[], { name: 'serve', newDatabase: false, confirmed: false }],
  [['--new-database', '--yes'], { name: 'serve', newDatabase: true, confirmed: true }],
  [['--check-config'], { name: 'checkConfig' }],
  [['--reset-password', 'ada'], { name: 'resetPassword', username: 'ada', confirmed: false }],
  [['--backup', 'a/b'], { name: 'backup', file: '/house/a/b' }],
  [['--restore=/c', '--yes'], { name: 'restore', file: '/c', confirmed: true }],
];
for (const [args, command] of COMMANDS)
  test(`${args.join(' ') || 'nothing'} is understood`, () => {
    const problems: string[] = [];
    assert.deepEqual(parseCommandLine(args, '/house', problems), command);
    assert.deepEqual(problems, []);
  });

const WRONG: [args: string[], problem: RegExp][] = [
  [['--backup'], /--backup needs a file/],
  [['--restore', '--yes'], /--restore needs a file/],
  [['--reset-password', ''], /--reset-password needs a user/],
  [['--backup', 'a', '--restore', 'b'], /one at a time/],
  [['--reset-pasword', 'ada'], /unknown argument --reset-pasword; there are .*--reset-password USER/],
  [['--reset-password', 'ada', 'secret'], /unknown argument secret/],
];
for (const [args, problem] of WRONG)
  test(`${args.join(' ')} is told what is wrong`, () => {
    const problems: string[] = [];
    parseCommandLine(args, '/house', problems);
    assert.match(problems.join('\n'), problem);
  });
