/**
 * Where one has been: every entry of the browser's history is a visit, so that going back finds a page as it was left,
 * with what had been read of it and at the place where one was.
 */
import { newKey } from '../api/client.ts';

/** What stands on the screen, and where: lists may have grown above it meanwhile. */
interface Place {
  readonly scrollY: number;
  /** A post, and how far below the window's upper edge it was, px. */
  readonly post: { readonly id: string; readonly top: number } | undefined;
  /** Where the link that was followed leads. */
  readonly link: string | undefined;
}

interface Visit {
  place?: Place;
  readonly values: Map<string, unknown>;
}

/** Visits that can be gone back to as they were; those before are read anew. */
const MOST_VISITS = 16;
/** What is drawn late, such as posts that were out of sight, may move what stands below it this many frames long. */
const SETTLING_FRAMES = 12;

const visits = new Map<string, Visit>();
/** The visit that is under way. */
let current = idOfEntry();
history.scrollRestoration = 'manual';

export function currentVisit(): string {
  return current;
}

/** The address has changed: notes how the visit that ends was left, and which one it is now. */
export function enterVisit(): void {
  visitOf(current).place = placeNow();
  current = idOfEntry();
}

/** A value for whoever goes back to a visit. */
export function keepForReturn(visit: string, name: string, value: unknown): void {
  visitOf(visit).values.set(name, value);
}

/** What was kept under a name when this visit was left; undefined when it is a new one. */
export function recallOnReturn<Value>(name: string): Value | undefined {
  return visits.get(current)?.values.get(name) as Value | undefined;
}

/** Puts the page where it was left, and the focus on what was followed from there. False: this is a new visit. */
export function returnToPlace(main: HTMLElement): boolean {
  const visit = current;
  const place = visits.get(visit)?.place;
  if (place === undefined) return false;
  const { post, link } = place;
  const shown = post && main.querySelector<HTMLElement>(`[data-post="${CSS.escape(post.id)}"]`);
  const links = [...(shown ?? main).querySelectorAll<HTMLElement>('a[href]')];
  const followed = links.find((candidate) => candidate.getAttribute('href') === link);
  (followed ?? main).focus({ preventScroll: true });
  const settle = (framesLeft: number): void => {
    const off = shown?.isConnected === true ? shown.getBoundingClientRect().top - post!.top : place.scrollY - scrollY;
    if (Math.abs(off) >= 1) scrollBy({ top: off, behavior: 'instant' });
    if (framesLeft > 0 && visit === current) requestAnimationFrame(() => settle(framesLeft - 1));
  };
  settle(SETTLING_FRAMES);
  return true;
}

function visitOf(id: string): Visit {
  const visit = visits.get(id) ?? { values: new Map() };
  visits.delete(id);
  visits.set(id, visit);
  for (const oldest of visits.keys()) if (visits.size > MOST_VISITS) visits.delete(oldest);
  return visit;
}

/** The post that was acted upon, or else the first in sight. */
function placeNow(): Place {
  const link = document.activeElement?.getAttribute('href') ?? undefined;
  const posts = [...document.querySelectorAll<HTMLElement>('main [data-post]')];
  const acted = document.activeElement?.closest<HTMLElement>('[data-post]');
  const post = acted ?? posts.find((element) => element.getBoundingClientRect().bottom > 0);
  const seen = post && { id: post.dataset['post']!, top: post.getBoundingClientRect().top };
  return { scrollY, post: seen, link };
}

/** Entries that have no id yet are new ones, and get one. */
function idOfEntry(): string {
  const known = (history.state as { visit?: unknown } | null)?.visit;
  if (typeof known === 'string') return known;
  const visit = newKey();
  history.replaceState({ visit }, '');
  return visit;
}
