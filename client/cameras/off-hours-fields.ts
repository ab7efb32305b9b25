/** The hours of the week in which a camera is off, as fields of a form: a number of windows, each with its days. */

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import { checkboxList } from '../ui/checkbox-list.ts';
import { textOf } from '../ui/form-dialog.ts';

type OffHours = SwitchView['offHours'];

/** One of them in the form; its key names its fields, also when another is removed. */
export interface HoursField {
  key: number;
  hours: OffHours[number];
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const WEEK = DAYS.map((_, day) => day);
const FIRST_HOURS: OffHours[number] = { days: WEEK, from: '08:00', to: '17:00' };
/** As many as the server takes. */
const MAX_WINDOWS = 14;

export function hoursFields(offHours: OffHours): HoursField[] {
  return offHours.map((hours, key) => ({ key, hours }));
}

export function withNewHours(fields: readonly HoursField[]): HoursField[] {
  const key = Math.max(-1, ...fields.map((field) => field.key)) + 1;
  return [...fields, { key, hours: FIRST_HOURS }];
}

/** @throws Error for the user, if a window has no day */
export function offHoursOf(form: FormData, fields: readonly HoursField[]): OffHours {
  return fields.map(({ key }) => {
    const days = form.getAll(`day-${key}`).map(Number);
    if (days.length === 0) throw new Error('Select at least one day.');
    return { days, from: textOf(form, `from-${key}`), to: textOf(form, `to-${key}`) };
  });
}

/** @param change called with the new list of fields */
export function renderHours(
  fields: readonly HoursField[],
  change: (fields: HoursField[]) => void,
): TemplateResult {
  return html`${repeat(
    fields,
    ({ key }) => key,
    (field) =>
      html`<fieldset data-testid="switch-window">
        <legend>Days</legend>
        ${checkboxList(
          `day-${field.key}`,
          'switch-day',
          WEEK.map((day) => ({
            value: String(day),
            label: DAYS[day] ?? '',
            checked: field.hours.days.includes(day),
          })),
        )}
        <wa-input
          name="from-${field.key}"
          type="time"
          label="Off from"
          required
          value=${field.hours.from}
        ></wa-input>
        <wa-input
          name="to-${field.key}"
          type="time"
          label="On again from"
          hint="An earlier time is on the next day."
          required
          value=${field.hours.to}
        ></wa-input>
        ${
          fields.length > 1
            ? html`<div>
                <wa-button
                  type="button"
                  size="s"
                  appearance="outlined"
                  data-testid="remove-hours"
                  @click=${() => change(fields.filter((other) => other !== field))}
                  >Remove these hours</wa-button
                >
              </div>`
            : nothing
        }
      </fieldset>`,
  )}
  ${
    fields.length < MAX_WINDOWS
      ? html`<div>
          <wa-button
            type="button"
            size="s"
            appearance="outlined"
            data-testid="add-hours"
            @click=${() => change(withNewHours(fields))}
            >Add more hours</wa-button
          >
        </div>`
      : nothing
  }`;
}
