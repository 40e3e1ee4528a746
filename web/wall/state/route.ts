/** Which page is shown: the part of the address after #, so that the page may lie under any path. */
import { signal } from '@preact/signals';
import { enterVisit } from './visits.ts';

export interface Route {
  /** `feed`, `post`, `person`, … */
  readonly page: string;
  /** The rest of the path: an id, where a page needs one. */
  readonly subject: string;
  readonly query: URLSearchParams;
}

export const route = signal(read());

addEventListener('hashchange', () => {
  enterVisit();
  route.value = read();
});

/** Goes to `#/…`. */
export function go(path: string): void {
  location.hash = path;
}

function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const [page = '', subject = ''] = path.split('/');
  return { page: page === '' ? 'feed' : page, subject: decodeURIComponent(subject), query: new URLSearchParams(query) };
}
