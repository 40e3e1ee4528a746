/** The console: the network to look at and to break, as `npm run web` builds it. */
import type { FastifyPluginAsync } from 'fastify';
import { servePages } from '../../shared/http/static-pages.ts';

export const consoleRoutes: FastifyPluginAsync<{ readonly folder: string | undefined }> = async (app, { folder }) => {
  if (folder === undefined) return;
  servePages(app, folder, '/console/');
  app.get('/console', { schema: { hide: true } }, async (_request, reply) => reply.redirect('console/', 308));
};
