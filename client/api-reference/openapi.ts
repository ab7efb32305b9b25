/** The parts of an OpenAPI 3.1 document that the page of the API reads. */

export interface OpenApiDocument {
  openapi: string;
  info: { version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, DescribedAnswer> };
}

export interface Operation {
  tags: string[];
  operationId: string;
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, DescribedAnswer | Reference>;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}

export interface DescribedAnswer {
  description: string;
  content?: Content;
}

export type Content = Record<string, { schema: Schema }>;

export interface Reference {
  $ref: string;
}

/** As zod writes JSON Schema. */
export interface Schema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  format?: string;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

/** One route as the page lists it. */
export interface DescribedRoute {
  method: string;
  path: string;
  operation: Operation;
}

/** The routes with the tag whose method, path or summary contains every word, in the document's order. */
export function routesOf(document: OpenApiDocument, tag: string, search: string): DescribedRoute[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    )
    .filter(({ method, path, operation }) => {
      const text = `${method} ${path} ${operation.summary}`.toLowerCase();
      return operation.tags.includes(tag) && words.every((word) => text.includes(word));
    });
}

/** @returns the answer itself, or the one that it refers to */
export function answerOf(
  { components }: OpenApiDocument,
  answer: DescribedAnswer | Reference,
): DescribedAnswer {
  if (!('$ref' in answer)) return answer;
  return components.responses[nameIn(answer.$ref)] ?? { description: '' };
}

/** @returns `Camera` of `#/components/schemas/Camera` */
export function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
