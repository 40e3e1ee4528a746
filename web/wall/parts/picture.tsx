/** A picture of a post: the whole of it, or its small version with the reason when pieces are missing. */
import { useSignal } from '@preact/signals';
import type { Media } from '../../../services/wall-api/client/contract.ts';
import { urlOf } from '../api/client.ts';
import { Dialog } from './dialog.tsx';

/** What of it could be read. */
type Version = 'whole' | 'small' | 'nothing';

const LACKS: Readonly<Record<Version, string>> = {
  whole: '',
  small: 'Some pieces of this picture are on phones that do not answer now. This is its small version.',
  nothing: 'No phone that answered has this picture now.',
};

export function Picture({ media }: { readonly media: Media }) {
  const shown = useSignal<Version>('whole');
  const isOpen = useSignal(false);
  const { width, height } = media;
  const text = media.alt ?? 'Picture without a description';
  const url = urlOf(shown.value === 'whole' ? media.url : media.thumbnailUrl).href;
  const fallBack = (): void => {
    shown.value = shown.peek() === 'whole' ? 'small' : 'nothing';
  };
  return (
    <figure class="picture">
      {shown.value === 'nothing' ? (
        <p class="gone">{text}</p>
      ) : (
        <button type="button" class="bare" onClick={() => (isOpen.value = true)}>
          <img src={url} alt={text} width={width} height={height} loading="lazy" onError={fallBack} />
        </button>
      )}
      {shown.value !== 'whole' && (
        <figcaption>
          {LACKS[shown.value]}{' '}
          <button type="button" class="quiet" onClick={() => (shown.value = 'whole')}>
            Try again
          </button>
        </figcaption>
      )}
      {isOpen.value && (
        <Dialog title="Picture" close={() => (isOpen.value = false)}>
          <img class="whole" src={url} alt={text} />
          <p>{text}</p>
        </Dialog>
      )}
    </figure>
  );
}
