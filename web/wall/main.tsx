/** Starts the wall's page. */
import { render } from 'preact';
import { App } from './app.tsx';
import { followTheme } from './state/theme.ts';

followTheme();
render(<App />, document.querySelector('#page')!);

// Only there on secure origins: localhost, or HTTPS. Without it the page works, but does not open offline.
if ('serviceWorker' in navigator) {
  await navigator.serviceWorker.register('./service-worker.js').catch(() => undefined);
}
