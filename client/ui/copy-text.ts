/** Puts text on the clipboard, also on pages without https, where the browser has no clipboard API. */

export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  const clipboard = (navigator as { clipboard?: Clipboard }).clipboard;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed, for example because the page has lost the focus: the older method may still work.
    }
  }
  // Within the same dialog, because its focus trap would remove the selection.
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'copy-source';
  const focused = near;
  near.after(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  focused.focus();
  return copied;
}
