/** What the types of problems mean: their URIs lead here. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type ProblemCatalogue, type ProblemDefinition, problemType, RequestProblem } from '../core/problem.ts';
import { type Static, Type } from './type.ts';

const ProblemDescription = Type.Object({
  type: Type.String({ examples: ['/problems/not-found'] }),
  title: Type.String(),
  status: Type.Integer(),
  description: Type.String(),
});

export const problemRoutes: FastifyPluginAsyncTypebox<{ readonly problems: ProblemCatalogue }> = async (
  app,
  { problems },
) => {
  app.get(
    '/problems',
    {
      schema: {
        summary: 'All types of problems',
        tags: ['service'],
        response: { 200: Type.Object({ items: Type.Array(ProblemDescription) }) },
      },
    },
    async () => ({ items: Object.entries(problems).map(describe) }),
  );

  app.get(
    '/problems/:slug',
    {
      schema: {
        summary: 'One type of problem',
        tags: ['service'],
        params: Type.Object({ slug: Type.String({ maxLength: 64 }) }),
        response: { 200: ProblemDescription },
      },
      config: { problems: ['not-found'] },
    },
    async (request) => {
      const { slug } = request.params;
      const definition = Object.hasOwn(problems, slug) ? problems[slug] : undefined;
      if (definition === undefined) throw new RequestProblem('not-found');
      return describe([slug, definition]);
    },
  );
};

function describe([slug, definition]: readonly [string, ProblemDefinition]): Static<typeof ProblemDescription> {
  const { title, status, description } = definition;
  return { type: problemType(slug), title, status, description };
}
