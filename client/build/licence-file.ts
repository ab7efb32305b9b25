/**
 * A step of the web app's build: writes licences.txt, which the server serves beside the app and the image contains. It lists the
 * third-party parts of Vigie and their licences, with the licence texts, which most licences require to be passed on.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { licenceText, packagePathOf, thirdPartyPackages, type ThirdPartyPackage } from './third-party.ts';

const OWN_LICENCE = fileURLToPath(new URL('../../LICENSE', import.meta.url));

const INTRODUCTION = `Licences of Vigie and of what it contains

Vigie's own code is under the MIT licence, see below. The packages listed after it are by others and under licences of
their own.

One of them is different: FFmpeg, which decodes and encodes the video, comes as a binary of the package node-av that
contains x264 and x265 (GNU General Public License, version 2 or later) and fdk-aac (a licence that the Free Software
Foundation considers incompatible with the GPL). Installed with this binary, Vigie as a whole may be run by anybody, but
not be passed on: not as an image, and not as a copy of the installed folder. Vigie's source code, without the binary, may.
docs/licences.md in the source code says more.`;

export function licenceFile(): Plugin {
  return {
    name: 'vigie-licence-file',
    apply: 'build',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const inWebApp = new Set(modules.map(packagePathOf).filter((path) => path !== undefined));
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: renderLicences(inWebApp) });
    },
  };
}

/** @param inWebApp paths of the packages that the bundle contains, below the root */
export function renderLicences(inWebApp: ReadonlySet<string>, packages = thirdPartyPackages()): string {
  const isPassedOn = ({ isDevelopment, path }: ThirdPartyPackage): boolean =>
    !isDevelopment || inWebApp.has(path);
  const passedOn = packages.filter(isPassedOn);
  return `${[
    INTRODUCTION,
    section('Vigie', readFileSync(OWN_LICENCE, 'utf8').trim()),
    section('Packages in the web app', list(packages.filter(({ path }) => inWebApp.has(path)))),
    section('Packages of the server', list(packages.filter(({ isDevelopment }) => !isDevelopment))),
    section('Only for development, not part of Vigie', list(packages.filter((each) => !isPassedOn(each)))),
    ...textsOf(passedOn),
  ].join('\n\n\n')}\n`;
}

function section(title: string, text: string): string {
  return `${title}\n${'='.repeat(title.length)}\n\n${text}`;
}

function list(packages: readonly ThirdPartyPackage[]): string {
  const lines = packages.map(
    ({ name, version, licence }) => `${name} ${version}: ${licence || 'not stated'}`,
  );
  return [...new Set(lines)].join('\n');
}

/** Each text once, below the packages that contain it. */
function textsOf(packages: readonly ThirdPartyPackage[]): string[] {
  const namesOf = new Map<string, Set<string>>();
  for (const each of packages) {
    const text = licenceText(each);
    if (text === '') continue;
    const names = namesOf.get(text) ?? new Set();
    namesOf.set(text, names.add(`${each.name} ${each.version}`));
  }
  return [...namesOf].map(([text, names]) => section([...names].join(', '), text));
}
