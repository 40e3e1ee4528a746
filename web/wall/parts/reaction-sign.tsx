/** What stands for a kind of reaction. Drawn here: not every device has a font with such signs. */
import type { ReactionKind } from '../../../services/wall-api/client/contract.ts';

const THUMB = 'M7 21H4V10h3zM8 10l4-8c2 0 3 1.4 2.6 3.4L14 9h5c1.4 0 2.3 1.2 2 2.5l-1.7 7.6c-.3 1.1-1.2 1.9-2.4 1.9H8z';
const HEART =
  'M12 20.5C5 15.5 3 12 3 8.8 3 6 5 4 7.5 4c1.9 0 3.5 1.1 4.5 2.9C13 5.1 14.6 4 16.5 4 19 4 21 6 21 8.8c0 3.2-2 6.7-9 11.7z';
const EYES = 'M8.5 9.5h.01M15.5 9.5h.01';
/** Lines on a round face. */
const FACES: Readonly<Record<Exclude<ReactionKind, 'like' | 'love'>, string>> = {
  laugh: 'M7.5 9.5l2 .8-2 .9M16.5 9.5l-2 .8 2 .9M7 14h10a5 4.5 0 0 1-10 0z',
  wow: `${EYES}M12 17.5a2 2.5 0 1 0 0-5 2 2.5 0 0 0 0 5z`,
  sad: `${EYES}M8 17a5 4 0 0 1 8 0`,
  angry: `${EYES}M6.5 6.5l3.5 1.7M17.5 6.5l-3.5 1.7M8.5 16.5h7`,
};

export function ReactionSign({ kind }: { readonly kind: ReactionKind }) {
  return (
    <svg class={`sign ${kind}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {kind === 'like' || kind === 'love' ? (
        <path class="shape" d={kind === 'like' ? THUMB : HEART} />
      ) : (
        <>
          <circle class="shape" cx="12" cy="12" r="10" />
          <path class="lines" d={FACES[kind]} />
        </>
      )}
    </svg>
  );
}
