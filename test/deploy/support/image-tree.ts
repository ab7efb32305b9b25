/**
 * Builds the file tree of the image with the Dockerfile's own steps, in folders instead of layers: a stage is a folder,
 * COPY copies, RUN runs in it. It supports as much of the language as the Dockerfile uses, and refuses the rest.
 *
 * It cannot show: the base image, and that the context contains only what .dockerignore lets through (it copies the
 * files known to git, which are fewer).
 */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

export class ImageTree {
  readonly folder = mkdtempSync(join(tmpdir(), 'vigie-image-'));
  /** The last stage's tree: the image's content below /. */
  root = '';
  workdir = '/';
  env: Record<string, string> = {};
  command: string[] = [];
  readonly #stages = new Map<string, string>();

  /** @throws Error with its output when a step fails */
  static build(): ImageTree {
    const tree = new ImageTree();
    try {
      const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll(/^#.*\n/gm, '');
      for (const line of text.replaceAll(/\\\n\s*/g, '').split('\n'))
        if (line.trim() !== '') tree.#step(line);
    } catch (error) {
      tree[Symbol.dispose]();
      throw error;
    }
    return tree;
  }

  /** The path of a file or folder of the image. */
  path(inside: string): string {
    return join(this.root, inside);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #step(line: string): void {
    const [, instruction = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const words = rest.split(/\s+/);
    switch (instruction) {
      case 'FROM':
        return this.#from(words[0] ?? '', words[2] ?? 'image');
      case 'WORKDIR':
        this.workdir = rest;
        mkdirSync(this.path(rest), { recursive: true });
        return;
      case 'ENV':
        for (const word of words) {
          const [name = '', value = ''] = word.split('=');
          this.env[name] = value;
        }
        return;
      case 'COPY':
        return this.#copy(words);
      case 'RUN':
        return this.#run(rest);
      case 'CMD':
        this.command = JSON.parse(rest) as string[];
        return;
      case 'LABEL':
      case 'USER':
      case 'VOLUME':
      case 'EXPOSE':
      case 'STOPSIGNAL':
      case 'HEALTHCHECK':
        return;
      default:
        throw new Error(`not known here: ${line}`);
    }
  }

  #from(base: string, name: string): void {
    this.root = join(this.folder, name);
    const stage = this.#stages.get(base);
    if (stage === undefined) mkdirSync(this.root);
    else linkTree(stage, this.root);
    this.#stages.set(name, this.root);
    if (stage === undefined) this.workdir = '/';
    this.env = {};
  }

  #copy(words: string[]): void {
    const [, stage] = /^--from=(\w+)$/.exec(words[0] ?? '') ?? [];
    const from = stage === undefined ? ROOT : this.#stages.get(stage);
    if (from === undefined) throw new Error(`no stage is called ${stage}`);
    const sources = words.slice(stage === undefined ? 0 : 1, -1);
    const target = words.at(-1) ?? '';
    for (const source of sources) {
      // A folder's contents go into the target, files keep their name in a target that ends with a slash.
      const name = sources.length > 1 || target.endsWith('/') ? source : '.';
      const to = resolve(this.path(this.workdir), target, name);
      mkdirSync(dirname(to), { recursive: true });
      if (stage !== undefined && !existsSync(to)) linkTree(join(from, source), to);
      else cpSync(join(from, source), to, { recursive: true, verbatimSymlinks: true, filter: isInContext });
    }
  }

  #run(command: string): void {
    const [, folder] = /^install -d (?:-\w \w+ )*(\/\w+)$/.exec(command) ?? [];
    if (folder !== undefined) {
      mkdirSync(this.path(folder));
      return;
    }
    if (!/^np[mx] /.test(command)) throw new Error(`not to be run outside an image: ${command}`);
    // A machine may have additional authorities between it and the registry.
    const { PATH = '', HOME = '', NODE_EXTRA_CA_CERTS } = process.env;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: this.path(this.workdir),
      env: {
        PATH,
        HOME,
        ...(NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS }),
        ...this.env,
        npm_config_prefer_offline: 'true',
      },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  }
}

/** The files of a stage are never written to again, so that the next one may share them. */
function linkTree(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-al', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cp: ${stderr}`);
}

/** As .dockerignore says. */
function isInContext(path: string): boolean {
  return !/\/client\/dist|\.md$|\/\.env/.test(path.slice(ROOT.length)) && existsSync(path);
}
