/** Light or dark, according to the device, also after a change. Web Awesome needs it as a class on the root. */

const dark = matchMedia('(prefers-color-scheme: dark)');

function apply(): void {
  document.documentElement.classList.toggle('wa-dark', dark.matches);
  document.documentElement.classList.toggle('wa-light', !dark.matches);
}

export function followColorScheme(): void {
  apply();
  dark.addEventListener('change', apply);
}
