/**
 * Writes shell.json beside the built app: the files of this release, for the service worker, which keeps them, and those of the
 * first load, for the size budget (test/packages/first-load.ts).
 */

import type { Plugin, Rolldown } from 'vite';

/** Paths relative to the app's folder. */
export interface ShellList {
  /** The script of the app's page: its name changes with every file of the app. */
  release: string;
  /** Fetched before the first page is shown. */
  first: string[];
  files: string[];
}

const ENTRY = 'app';

export function shellList(): Plugin {
  return {
    name: 'vigie-shell-list',
    apply: 'build',
    generateBundle(_, bundle) {
      const list = shellListOf(bundle);
      this.emitFile({ type: 'asset', fileName: 'shell.json', source: JSON.stringify(list) });
    },
  };
}

/** @throws Error when the app's page has no script */
export function shellListOf(bundle: Rolldown.OutputBundle): ShellList {
  const entry = Object.values(bundle).find(
    (file): file is Rolldown.OutputChunk => file.type === 'chunk' && file.isEntry && file.name === ENTRY,
  );
  if (!entry) throw new Error('the build has no script for the page of the app');
  const files = Object.keys(bundle).filter((path) => path.startsWith('assets/'));
  return { release: entry.fileName, first: firstOf(entry, bundle), files };
}

/** The entry, all that it imports at once, and its styles. */
function firstOf(entry: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): string[] {
  const paths = new Set([entry.fileName]);
  for (const path of paths) {
    const file = bundle[path];
    if (file?.type !== 'chunk') continue;
    for (const imported of file.imports) paths.add(imported);
    for (const style of file.viteMetadata?.importedCss ?? []) paths.add(style);
  }
  return [...paths];
}
