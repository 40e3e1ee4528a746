/** What the page says to a service worker that waits beside the one it has. */
export const TAKE_OVER = 'take over';
/** Answered on the port that comes with it. */
export const WHICH_VERSION = 'which version';
