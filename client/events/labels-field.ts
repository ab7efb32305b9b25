/** Labels of detections as one field of a form, by commas, for forms in which detections are one of the kinds. */

import { html, type TemplateResult } from 'lit';
import type WaCheckbox from '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
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

/** @param kept the labels, if the form does not have the field */
export function labelsOf(form: FormData, kept: readonly string[]): string[] {
  return form.has('labels') ? parseLabels(textOf(form, 'labels')) : [...kept];
}

/** Called when one of the kinds is ticked or not. @returns whether detections are ticked now; undefined: it was another kind */
export function detectsAfter({ target }: Event): boolean | undefined {
  const { value, checked } = target as WaCheckbox;
  return value === 'detection' ? checked : undefined;
}

/** @returns each label once, in lower case, as the server stores them */
export function parseLabels(text: string): string[] {
  const labels = text.split(',').map((label) => label.trim().toLowerCase());
  return [...new Set(labels)].filter((label) => label !== '');
}
