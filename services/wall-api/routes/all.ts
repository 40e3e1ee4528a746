/** Every routes plugin of the wall API, in the order of its documentation. */

import { blockRoutes } from './blocks.ts';
import { eventRoutes } from './events.ts';
import { exportRoutes } from './export.ts';
import { feedRoutes } from './feed.ts';
import { friendRoutes } from './friends.ts';
import { healthRoutes } from './health.ts';
import { identityRoutes } from './identity.ts';
import { interestRoutes } from './interests.ts';
import { mediaRoutes } from './media.ts';
import { networkRoutes } from './network.ts';
import { notificationRoutes } from './notifications.ts';
import { pageRoutes } from './pages.ts';
import { peopleRoutes } from './people.ts';
import { peopleWallRoutes } from './people-wall.ts';
import { postRoutes } from './posts.ts';
import { profileRoutes } from './profile.ts';
import { reactionRoutes } from './reactions.ts';
import type { WallRoutes } from './route-context.ts';
import { searchRoutes } from './search.ts';
import { sessionRoutes } from './session.ts';
import { threadRoutes } from './threads.ts';
import { zoneRoutes } from './zones.ts';

export const ALL_ROUTES: readonly WallRoutes[] = [
  identityRoutes,
  sessionRoutes,
  profileRoutes,
  peopleRoutes,
  exportRoutes,
  postRoutes,
  mediaRoutes,
  peopleWallRoutes,
  threadRoutes,
  reactionRoutes,
  feedRoutes,
  interestRoutes,
  searchRoutes,
  friendRoutes,
  blockRoutes,
  notificationRoutes,
  eventRoutes,
  networkRoutes,
  zoneRoutes,
  healthRoutes,
  pageRoutes,
];
