/** How Fastify uses schemas: validation.ts for requests, plain JSON for answers. */
import type { FastifyServerOptions } from 'fastify';
import { RequestFaults } from './problem-details.ts';
import { requireKnownKeywords, type Schema, validate } from './validation.ts';

type CompilersFactory = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

interface RouteSchema {
  readonly schema: Schema;
  /** body, params, querystring or headers; answers have none. */
  readonly httpPart?: string;
}

/** What Fastify calls the parts of a request, and what problems call them. */
const PARTS: Readonly<Record<string, string>> = { querystring: 'query' };

/**
 * Both compilers are given as factories, for otherwise Fastify loads its own (Ajv and fast-json-stringify, 7 MB a
 * phone). With `checkAnswers` an answer that does not match its schema is an error: for tests.
 */
export function schemaCompilers(checkAnswers: boolean): CompilersFactory {
  const compilers = {
    buildValidator: () => compileValidator,
    buildSerializer: () => (checkAnswers ? compileCheckedSerializer : () => JSON.stringify),
  };
  // Fastify's types of the factories are those of Ajv's and fast-json-stringify's own; it calls them as given here.
  return compilers as unknown as CompilersFactory;
}

function compileValidator({ schema, httpPart = 'body' }: RouteSchema) {
  requireKnownKeywords(schema);
  const fromText = httpPart !== 'body';
  return (value: unknown) => {
    const checked = validate(schema, value, { fromText });
    if (checked.ok) return { value: checked.value };
    return { error: new RequestFaults(PARTS[httpPart] ?? httpPart, checked.faults) };
  };
}

function compileCheckedSerializer({ schema }: RouteSchema) {
  return (answer: unknown) => {
    const text = JSON.stringify(answer);
    const checked = validate(schema, JSON.parse(text), { fromText: false });
    if (!checked.ok) throw new Error(`the answer does not match its schema: ${JSON.stringify(checked.faults)}`);
    return text;
  };
}
