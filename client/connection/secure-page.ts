/** Explains how to make phones, computers and cameras trust this server's own certificate. Readable without signing in. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/details/details.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { isLoopbackOrigin } from '../devices/device-origins.ts';
import { localAuthority, type AuthorityFacts } from './local-authority.ts';
import { BASE_PATH } from '../http/base-path.ts';
import { routePath } from '../routing/routes.ts';
import { ShownTime } from '../dates/shown-time.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import '../ui/vigie-copy-field.ts';

/** This page needs no sign-in, so it does not show the site's time zone. */
const UTC = new ShownTime('UTC');

export class SecurePage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        max-width: 46rem;
        margin-inline: auto;
      }
      .page-header {
        margin-bottom: 0;
      }
      section {
        display: grid;
        gap: 0.6rem;
      }
      section.card {
        padding: 1.1rem;
      }
      ol {
        display: grid;
        gap: 0.4rem;
        margin: 0;
        padding-inline-start: 1.3rem;
      }
      .downloads {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
      }
    `,
  ];
  static override properties = { authority: { state: true }, back: {} };
  declare protected authority: AuthorityFacts | null | undefined;
  /** The label of the link at the end. */
  declare back: string;

  constructor() {
    super();
    this.authority = undefined;
    this.back = 'Back to the cameras';
  }

  override firstUpdated(): void {
    void this.#ask();
  }

  protected override render(): TemplateResult {
    if (this.authority === undefined) return html``;
    return html`
      ${pageHeader({
        title: 'Secure connection',
        intro: this.authority
          ? 'Browsers do not know this server, so they warn about it. Install its certificate once on each phone and computer, and the warning goes away. The certificate is valid only for addresses in your home network.'
          : html`<span data-testid="no-authority"
              >This server does not use a certificate of its own. There is nothing to install.</span
            >`,
      })}
      ${this.authority ? this.#instructions(this.authority) : nothing}
      <p><a href=${routePath({ page: 'cameras' })}>${this.back}</a></p>
    `;
  }

  async #ask(): Promise<void> {
    this.authority = await localAuthority();
  }

  #instructions({ fingerprint, validUntilMs }: AuthorityFacts): TemplateResult {
    return html`
      <section class="card">
        <h2>Certificate</h2>
        <div class="downloads">
          <wa-button variant="brand" href="${BASE_PATH}/ca.crt" data-testid="download-certificate">
            <wa-icon slot="start" name="download"></wa-icon>For phones and computers
          </wa-button>
          <wa-button appearance="outlined" href="${BASE_PATH}/ca.pem" download="server_ca.pem">
            <wa-icon slot="start" name="download"></wa-icon>For cameras
          </wa-button>
        </div>
        <vigie-copy-field label="Fingerprint (SHA-256)" .value=${fingerprint}></vigie-copy-field>
        <p class="quiet">
          Compare this fingerprint with the one in the server’s log to make sure that the download is genuine.
          Valid until ${UTC.date(validUntilMs)} (UTC).
        </p>
      </section>
      <section>
        <wa-details summary="Android" ?open=${/Android/.test(navigator.userAgent)}>
          <ol>
            <li>Download the certificate above.</li>
            <li>
              Open <b>Settings</b>, search for <b>CA certificate</b>, choose <b>Install anyway</b> and pick
              the downloaded file <code>ca.crt</code>.
            </li>
            <li>Close the browser and open this page again.</li>
          </ol>
        </wa-details>
        <wa-details summary="iPhone and iPad" ?open=${/iPhone|iPad/.test(navigator.userAgent)}>
          <ol>
            <li>Download the certificate above in Safari and choose <b>Allow</b>.</li>
            <li>Open <b>Settings → Profile Downloaded</b> and choose <b>Install</b>.</li>
            <li>
              Open <b>Settings → General → About → Certificate Trust Settings</b> and turn it on for
              <b>Vigie local authority</b>.
            </li>
          </ol>
        </wa-details>
        <wa-details summary="Windows, macOS, Linux">
          <ol>
            <li>
              <b>Windows:</b> open the file, choose
              <b>Install Certificate → Current User → Trusted Root Certification Authorities</b>.
            </li>
            <li>
              <b>macOS:</b> open the file, add it to the keychain <b>login</b>, double-click it there and set
              <b>When using this certificate</b> to <b>Always Trust</b>.
            </li>
            <li>
              <b>Linux and Firefox:</b> in the browser's settings look for
              <b>Certificates → Authorities → Import</b>.
            </li>
          </ol>
        </wa-details>
        <wa-details summary="Cameras">
          <ol>
            <li>
              Download the certificate for cameras (<code>server_ca.pem</code>) and build it into the
              firmware, or pass it to the virtual camera: <code>--ca server_ca.pem</code>.
            </li>
            <li>
              Set the server URL of the camera to <code>wss://${hostForCameras()}${BASE_PATH}/camera</code>.
              The camera then trusts only this server, and can receive firmware updates.
            </li>
          </ol>
        </wa-details>
      </section>
    `;
  }
}

/** This page needs no sign-in, so it does not show the server's addresses; “Add camera” shows them to administrators. */
function hostForCameras(): string {
  const { origin, host, hostname } = location;
  return isLoopbackOrigin(origin) ? host.replace(hostname, 'ADDRESS-OF-THIS-SERVER') : host;
}

customElements.define('vigie-secure-page', SecurePage);
