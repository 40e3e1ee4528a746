/** Every routes plugin of the wall API, in the order of its documentation. */

import { healthRoutes } from './health.ts';
import { identityRoutes } from './identity.ts';
import { peopleRoutes } from './people.ts';
import { problemRoutes } from './problems.ts';
import { profileRoutes } from './profile.ts';
import type { WallRoutes } from './route-context.ts';
import { sessionRoutes } from './session.ts';

export const ALL_ROUTES: readonly WallRoutes[] = [
  identityRoutes,
  sessionRoutes,
  profileRoutes,
  peopleRoutes,
  problemRoutes,
  healthRoutes,
];
