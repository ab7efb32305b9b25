/** Styles of the page of notifications: two cards, one above the other. */

import { css } from 'lit';

export const notificationsPageStyles = css`
  :host {
    display: grid;
    gap: 1rem;
    max-width: 40rem;
    margin-inline: auto;
  }
  .page-header {
    margin-bottom: 0;
  }
  section {
    display: grid;
    gap: 0.9rem;
    padding: 1.1rem;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
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
