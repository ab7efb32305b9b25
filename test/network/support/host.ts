/** One machine of a test's network: programs started with its `prefix` see only its interfaces, routes and names. */

import { runCommand } from './run-command.ts';

export class Host {
  readonly namespace: string;
  /** Words to put in front of a command line. They exec, so the process is the program itself. */
  readonly prefix: readonly string[];

  constructor(namespace: string) {
    this.namespace = namespace;
    this.prefix = ['ip', 'netns', 'exec', namespace];
  }

  /** @param commands of `ip`, without that word */
  ip(...commands: readonly string[]): void {
    runCommand('ip', ['-n', this.namespace, '-batch', '-'], commands.join('\n'));
  }

  /** @returns the program's output @throws Error when it fails */
  run(command: string, args: readonly string[], input = ''): string {
    const [program = '', ...words] = this.prefix;
    return runCommand(program, [...words, command, ...args], input);
  }

  routeVia(gateway: string): void {
    this.ip(`route add default via ${gateway}`);
  }
}
