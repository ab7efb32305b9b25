/** The looks of the page of notifications: two cards, one above the other. */

import { css } from 'lit';

export const notificationsPageStyles = css`
  :host {
    display: grid;
    gap: 1rem;
    max-width: 40rem;
    margin-inline: auto;
  }
  .card {
    display: grid;
    gap: 0.9rem;
    padding: 1.1rem;
  }
  fieldset {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 0.5rem;
    font-weight: 600;
  }
  fieldset fieldset {
    max-height: 14rem;
    padding-left: 1.6rem;
    overflow-y: auto;
  }
  .hours,
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.75rem;
  }
  .hours {
    padding-left: 1.6rem;
  }
  .device {
    display: flex;
    gap: 0.6rem;
  }
  .device wa-icon {
    flex: none;
    margin-top: 0.2em;
  }
  .device.on wa-icon {
    color: #16a34a;
  }
`;
