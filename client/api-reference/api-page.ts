/** The HTTP API for people: every route with its request and responses, from the server's own description. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import { BASE_PATH } from '../http/base-path.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { valueOf } from '../ui/field-value.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { apiPageStyles } from './api-page.styles.ts';
import {
  answerOf,
  routesOf,
  type Content,
  type OpenApiDocument,
  type Operation,
  type DescribedRoute,
} from './openapi.ts';
import { schemaText } from './schema-text.ts';

/** The document's texts are Markdown, but use only code marks. */
const plain = (text: string): string => text.replaceAll('`', '');

export class ApiPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, apiPageStyles];
  static override properties = {
    context: { attribute: false },
    document: { state: true },
    search: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected document: OpenApiDocument | null;
  declare protected search: string;
  declare protected error: string | null;

  constructor() {
    super();
    this.document = null;
    this.search = '';
    this.error = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult {
    const { document } = this;
    return html`
      ${pageHeader({
        title: 'HTTP API',
        testId: 'api-title',
        intro: html`For programs of your own. The same as a file:
          <a href="${BASE_PATH}/api/openapi.json" target="_blank">OpenAPI 3.1</a>.`,
      })}
      ${errorCallout(this.error, 'api-error', () => void this.#load())}
      ${document ? this.#reference(document) : nothing}
    `;
  }

  #reference(document: OpenApiDocument): TemplateResult {
    const groups = document.tags
      .map(({ name }) => ({ name, routes: routesOf(document, name, this.search) }))
      .filter(({ routes }) => routes.length > 0);
    return html`
      <p class="about">${plain(document.info.description)}</p>
      <wa-input
        type="search"
        label="Search"
        placeholder="recordings"
        with-clear
        data-testid="api-search"
        @input=${(event: Event) => (this.search = valueOf(event))}
      ></wa-input>
      ${groups.map(
        ({ name, routes }) =>
          html`<section>
            <h2>${name}</h2>
            <div class="card">${routes.map((route) => this.#route(document, route))}</div>
          </section>`,
      )}
      ${groups.length === 0 ? html`<p class="quiet">No route matches.</p>` : this.#schemas(document)}
    `;
  }

  #route(document: OpenApiDocument, { method, path, operation }: DescribedRoute): TemplateResult {
    return html`<details data-testid="api-route">
      <summary>
        <code class=${method.toLowerCase()}>${method}</code> <code>${path}</code>
        <span class="quiet">${operation.summary}</span>
      </summary>
      <p>${plain(operation.description)}</p>
      ${parametersOf(operation)} ${contentOf('Body', operation.requestBody?.content)}
      ${Object.entries(operation.responses).map(([status, answer]) => {
        const { description, content } = answerOf(document, answer);
        return status < '300'
          ? html`<p><strong>${status}</strong> ${plain(description)}</p>
              ${contentOf('Answer', content)}`
          : html`<p class="quiet"><strong>${status}</strong> ${plain(description)}</p>`;
      })}
    </details>`;
  }

  #schemas({ components }: OpenApiDocument): TemplateResult {
    const schemas = Object.entries(components.schemas).toSorted(([a], [b]) => a.localeCompare(b));
    return html`<section>
      <h2>Types</h2>
      <div class="card">
        ${schemas.map(
          ([name, schema]) =>
            html`<details>
              <summary><code>${name}</code></summary>
              <pre tabindex="0">${schemaText(schema)}</pre>
            </details>`,
        )}
      </div>
    </section>`;
  }

  async #load(): Promise<void> {
    this.error = null;
    try {
      this.document = (await this.context.api.call('GET /api/openapi.json')) as unknown as OpenApiDocument;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

function parametersOf({ parameters = [] }: Operation): TemplateResult | typeof nothing {
  if (parameters.length === 0) return nothing;
  return html`<table>
    <caption>
      Parameters
    </caption>
    ${parameters.map(
      ({ name, in: place, required, schema }) =>
        html`<tr>
          <td><code>${name}${required ? '' : '?'}</code></td>
          <td class="quiet">${place}</td>
          <td><code>${schemaText(schema)}</code></td>
        </tr>`,
    )}
  </table>`;
}

function contentOf(what: string, content: Content = {}): TemplateResult[] {
  return Object.entries(content).map(([type, { schema }]) =>
    type.endsWith('json')
      ? html`<pre tabindex="0" aria-label=${what}>${schemaText(schema)}</pre>`
      : html`<p class="quiet">${what}: ${type}</p>`,
  );
}

customElements.define('vigie-api-page', ApiPage);
