/** The picture is beside the controls, or, without room there, above them, where it stays visible. */

import { css } from 'lit';

export const cameraSettingsStyles = css`
  wa-dialog {
    --width: min(62rem, calc(100vw - 2rem));
  }
  wa-dialog::part(body) {
    padding-top: 0.75rem;
  }
  wa-dialog::part(title) {
    padding-block: 0.5rem;
    line-height: 1.25;
    font-size: 1.2rem;
    font-weight: var(--wa-font-weight-heading);
  }
  .content {
    display: grid;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
    gap: 1.5rem;
  }
  .picture {
    position: sticky;
    /* Up to the edge of what scrolls, so that nothing shows above it. */
    top: -0.75rem;
    margin-top: -0.75rem;
    padding-top: 0.75rem;
    z-index: 1;
    display: grid;
    gap: 0.75rem;
    padding-bottom: 0.5rem;
    align-self: start;
    background: var(--wa-color-surface-raised);
  }
  vigie-camera {
    width: 100%;
    border-radius: 0.75rem;
  }
  .groups {
    display: grid;
    gap: 1.5rem;
    align-content: start;
  }
  fieldset {
    display: grid;
    gap: 0.35rem;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    margin-bottom: 0.7rem;
    padding: 0;
    font-weight: var(--wa-font-weight-heading);
  }
  .row {
    display: grid;
    gap: 0.15rem;
  }
  .label {
    font-size: 0.875rem;
    display: flex;
    justify-content: space-between;
    gap: 1rem;
  }
  fieldset:disabled {
    opacity: 0.55;
  }
  .hint {
    color: var(--wa-color-text-quiet);
    font-size: 0.8125rem;
    line-height: 1.35;
  }
  .value {
    color: var(--wa-color-text-quiet);
    font-variant-numeric: tabular-nums;
  }
  .answer {
    min-height: 1.1rem;
    font-size: 0.8125rem;
    line-height: 1.1rem;
  }
  .answer.applied {
    color: var(--wa-color-success-on-quiet);
  }
  .answer.rejected {
    color: var(--wa-color-danger-on-quiet);
  }
  .reboot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.4rem 0.8rem;
  }
  @media (max-width: 700px) {
    .content {
      grid-template-columns: minmax(0, 1fr);
      gap: 1rem;
    }
    vigie-camera {
      max-height: 32dvh;
    }
  }
`;
