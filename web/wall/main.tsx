/** Starts the wall's page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { keepPage } from './state/page-version.ts';
import { followReach } from './state/reach.ts';
import { followTheme } from './state/theme.ts';
import { followWaitingPosts } from './state/waiting-posts.ts';

followTheme();
followReach();
followWaitingPosts();
render(<App />, document.querySelector('#page')!);

await keepPage();
