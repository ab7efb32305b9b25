/** What other pages load, at a name that stays: `<script type="module" src="https://…/vigie-camera.js">`. */

export { VigieCamera } from './live/vigie-camera.ts';
