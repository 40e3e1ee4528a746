/** The end of a list: the next page comes by itself when it is scrolled to, or by the button. */
import { useEffect, useRef } from 'preact/hooks';
import type { Pages } from '../state/loading.ts';
import { Busy, Failure } from './notice.tsx';

export function More({ pages, what }: { readonly pages: Omit<Pages<unknown>, 'change'>; readonly what: string }) {
  const button = useRef<HTMLButtonElement>(null);
  const { more, isLoading, error, items } = pages;
  useEffect(() => {
    if (button.current === null || more === undefined) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) more();
    });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [items, isLoading]);
  if (isLoading) return <Busy what={items.length === 0 ? `Asking the phones for ${what} …` : 'Asking for more …'} />;
  if (error !== undefined) return <Failure error={error} retry={items.length === 0 ? pages.reload : more} />;
  if (more === undefined) return null;
  return (
    <button ref={button} type="button" class="quiet wide" onClick={more}>
      Show more
    </button>
  );
}
