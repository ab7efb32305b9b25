/** Loaded by other pages, under a stable name: `<script type="module" src="https://…/vigie-camera.js">`. */

export { VigieCamera } from './live/vigie-camera.ts';
