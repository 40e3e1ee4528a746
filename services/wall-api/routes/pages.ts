/** The wall as a page for people: what `npm run web` builds. */
import { servePages } from '../../shared/http/static-pages.ts';
import type { WallRoutes } from './route-context.ts';

export const pageRoutes: WallRoutes = async (app, { context }) => {
  const { pagesFolder } = context.settings;
  if (pagesFolder !== undefined) servePages(app, pagesFolder, '/');
};
