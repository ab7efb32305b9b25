/** Labels of detections as one field of a form, by commas. */

import { html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/input/input.js';
import { textOf } from '../ui/form-dialog.ts';

/** As many as the server takes, and a comma and a blank between two. */
const MAX_CHARACTERS = 16 * (32 + 2);

export function labelsField(labels: readonly string[]): TemplateResult {
  return html`<wa-input
    name="labels"
    label="Detections of"
    hint="For example “person, car”. Leave empty for everything that is detected."
    maxlength=${MAX_CHARACTERS}
    autocomplete="off"
    autocapitalize="none"
    value=${labels.join(', ')}
    data-testid="labels"
  ></wa-input>`;
}

export function labelsOf(form: FormData): string[] {
  return parseLabels(textOf(form, 'labels'));
}

/** @returns each once, in small letters, as the server keeps them */
export function parseLabels(text: string): string[] {
  const labels = text.split(',').map((label) => label.trim().toLowerCase());
  return [...new Set(labels)].filter((label) => label !== '');
}
