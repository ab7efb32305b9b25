/**
 * The packages of others in Vigie, from package-lock.json, with their licences. The lock file names the packages of every
 * system, so the answer is the same on all machines; licence texts come from what is installed on this one.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ThirdPartyPackage {
  name: string;
  version: string;
  /** SPDX expression, '' when the package states none. */
  licence: string;
  /** Needed to develop or build only. The web app may still contain it. */
  isDevelopment: boolean;
  /** Below node_modules of the root. */
  path: string;
}

interface LockEntry {
  version?: string;
  license?: string;
  dev?: boolean;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice|unlicense)(?:[-.]|$)/i;

/** Licences that a package's own metadata leaves out or states in part. */
const CORRECTIONS: { packages: RegExp; licence: string }[] = [
  // Their package.json says MIT, which applies only to the binding: FFmpeg is linked in, with all of these licences. See
  // docs/licences.md.
  { packages: /^@seydx\/node-av-/, licence: 'MIT AND GPL-3.0-or-later AND FDK-AAC' },
  // No licence in their package.json, but a file.
  { packages: /^exif-parser$/, licence: 'MIT' },
  { packages: /^@shinyoshiaki\/jspack$/, licence: 'BSD-3-Clause' },
];

export function thirdPartyPackages(root = ROOT): ThirdPartyPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .map(([path, { version = '', license = '', dev = false }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const correction = CORRECTIONS.find(({ packages }) => packages.test(name));
      return { name, version, licence: correction?.licence ?? license, isDevelopment: dev, path };
    })
    .toSorted(
      (one, other) => one.name.localeCompare(other.name, 'en') || one.path.localeCompare(other.path, 'en'),
    );
}

/** The licence files that a package brings along, '' when it has none or is not installed on this system. */
export function licenceText({ path }: ThirdPartyPackage, root = ROOT): string {
  const folder = join(root, path);
  if (!existsSync(folder)) return '';
  return readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .toSorted()
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}

/** The package that a bundled module belongs to, by its path below node_modules; undefined for a module of Vigie's own. */
export function packagePathOf(moduleId: string): string | undefined {
  const id = moduleId.replaceAll('\\', '/');
  const at = id.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const [scope = '', name = ''] = id.slice(at + '/node_modules/'.length).split('/');
  const start = id.indexOf('/node_modules/') + 1;
  return `${id.slice(start, at + 1)}node_modules/${scope.startsWith('@') ? `${scope}/${name}` : scope}`;
}
