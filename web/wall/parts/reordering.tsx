/** A list whose items glide to their new places when its order changes (unless motion is unwanted). */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const GLIDE_MS = 450;

export function Reordering({ children }: { readonly children: ComponentChildren }) {
  const list = useRef<HTMLOListElement>(null);
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const before = places.current;
    places.current = new Map();
    for (const item of list.current!.querySelectorAll<HTMLElement>(':scope > [data-key]')) {
      const { key = '' } = item.dataset;
      const top = item.offsetTop;
      places.current.set(key, top);
      const from = before.get(key);
      if (isStill || before.size === 0 || from === top) continue;
      const start = from === undefined ? { opacity: 0 } : { transform: `translateY(${from - top}px)` };
      item.animate([start, { opacity: 1, transform: 'none' }], { duration: GLIDE_MS, easing: 'ease-out' });
    }
  });
  return (
    <ol ref={list} class="reordering">
      {children}
    </ol>
  );
}
