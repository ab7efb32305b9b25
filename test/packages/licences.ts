/**
 * `npm run check:licences`: fails on a package under a licence that was not reviewed yet. Copyleft is accepted package
 * by package, with the reason. It reads package-lock.json, so it covers the packages of every system.
 */

import { thirdPartyPackages, type ThirdPartyPackage } from '../../client/build/third-party.ts';

/** Permissive licences, by SPDX identifier: they only require that their text is passed on. */
const PERMISSIVE: ReadonlySet<string> = new Set(
  '0BSD Apache-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause ISC MIT Unlicense Zlib'.split(' '),
);

/** Other licences, accepted for these packages only. */
const ACCEPTED: { packages: RegExp; licence: string; reason: string }[] = [
  {
    packages: /^@seydx\/node-av-(?:darwin|linux|win32)-/,
    licence: 'MIT AND GPL-3.0-or-later AND FDK-AAC',
    reason: 'the codec; may be run but not passed on, see docs/licences.md',
  },
  {
    packages: /^(?:mediabunny|web-push)$/,
    licence: 'MPL-2.0',
    reason: 'used as it comes: MPL 2.0 covers changes to its own files only',
  },
  {
    packages: /^lightningcss(?:-|$)/,
    licence: 'MPL-2.0',
    reason: 'a tool of the build, in nothing that is run or passed on',
  },
];

/** @returns a line for each package whose licence is neither permissive nor accepted for it */
export function licenceProblems(packages: readonly ThirdPartyPackage[]): string[] {
  return packages.filter((each) => !isPermissive(each.licence) && !isAccepted(each)).map(describe);
}

/** Every part of an expression must be permissive: a choice (OR) is not made here. */
function isPermissive(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(/ (?:AND|OR) /)
    .every((licence) => PERMISSIVE.has(licence));
}

function isAccepted({ name, licence }: ThirdPartyPackage): boolean {
  return ACCEPTED.some((accepted) => accepted.packages.test(name) && accepted.licence === licence);
}

function describe({ name, version, licence }: ThirdPartyPackage): string {
  const stated = licence === '' ? 'states no licence' : `is under ${licence}`;
  return `${name} ${version} ${stated}: accept it in test/packages/licences.ts with the reason, or do without it`;
}

if (import.meta.main) {
  const problems = licenceProblems(thirdPartyPackages());
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\n`);
    process.exit(1);
  }
}
