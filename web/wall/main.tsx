/** Starts the wall's page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { followReach } from './state/reach.ts';
import { followTheme } from './state/theme.ts';
import { followWaitingPosts } from './state/waiting-posts.ts';

followTheme();
followReach();
followWaitingPosts();
render(<App />, document.querySelector('#page')!);

// Only there on secure origins: localhost, or HTTPS. Without it the page works, but does not open offline.
if ('serviceWorker' in navigator) {
  await navigator.serviceWorker.register('./service-worker.js').catch(() => undefined);
}
