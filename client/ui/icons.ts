/**
 * Web Awesome fetches its icons from another host unless configured otherwise. Here every icon, also those inside its
 * components, comes from one sprite of our own. To be imported before any component.
 */

import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import spriteUrl from './icons.svg';

for (const library of ['default', 'system']) {
  registerIconLibrary(library, {
    resolver: (name) => `${spriteUrl}#${name}`,
    spriteSheet: true,
    // Without one the <svg> around the sprite's symbol would be 300 pixels wide.
    mutator: (svg) => svg.setAttribute('viewBox', '1 1 22 22'),
  });
}
