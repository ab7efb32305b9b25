/** Builds client/ into client/dist, and serves it with live reload while a Vigie server runs on port 8080. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compressedFiles } from './build/compressed-files.ts';
import { licenceFile } from './build/licence-file.ts';
import { shellList } from './build/shell-list.ts';

const SERVER = 'http://localhost:8080';
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  // Files refer to each other relatively, so the app works under any base path; the server generates its page
  // (http/client-files.ts).
  base: './',
  plugins: [licenceFile(), shellList(), compressedFiles()],
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: ['chrome120', 'firefox132', 'safari17'],
    // The server's Content-Security-Policy allows no inline script, style or data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        app: here('index.html'),
        'vigie-camera': here('embed.ts'),
        'service-worker': here('service-worker/service-worker.ts'),
      },
      output: {
        // Other pages refer to the element by a name that stays, and browsers to the service worker.
        entryFileNames: ({ name }) =>
          name === 'vigie-camera' || name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js',
      },
    },
  },
  server: {
    proxy: {
      '/api': SERVER,
      // Only the cameras' own path: /camera/:id is a page of the app.
      '^/camera$': { target: SERVER, ws: true },
      '/signaling': { target: SERVER, ws: true },
    },
  },
});
