/** What the types of problems mean: their URIs lead here. */
import { PROBLEMS, Problem, type ProblemSlug, problemType } from '../core/problem.ts';
import type { WallRoutes } from './route-context.ts';
import { type Static, Type } from './type.ts';

const ProblemDescription = Type.Object({
  type: Type.String({ examples: ['/problems/too-few-replicas'] }),
  title: Type.String(),
  status: Type.Integer(),
  description: Type.String(),
});

const isSlug = (text: string): text is ProblemSlug => Object.hasOwn(PROBLEMS, text);

export const problemRoutes: WallRoutes = async (app) => {
  app.get(
    '/problems',
    {
      schema: {
        summary: 'All types of problems',
        tags: ['service'],
        response: { 200: Type.Object({ items: Type.Array(ProblemDescription) }) },
      },
    },
    async () => ({ items: Object.keys(PROBLEMS).filter(isSlug).map(describe) }),
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
      if (!isSlug(slug)) throw new Problem('not-found');
      return describe(slug);
    },
  );
};

function describe(slug: ProblemSlug): Static<typeof ProblemDescription> {
  const { title, status, description } = PROBLEMS[slug];
  return { type: problemType(slug), title, status, description };
}
