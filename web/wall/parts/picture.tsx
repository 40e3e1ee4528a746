/** A picture of a post: the whole of it, or its thumbnail with the reason when pieces are missing. */
import { useSignal } from '@preact/signals';
import type { Media } from '../../../services/wall-api/client/contract.ts';
import { urlOf } from '../api/client.ts';
import { Dialog } from './dialog.tsx';

export function Picture({ media }: { readonly media: Media }) {
  const isMissing = useSignal(false);
  const isOpen = useSignal(false);
  const { alt, width, height } = media;
  const url = urlOf(isMissing.value ? media.thumbnailUrl : media.url).href;
  const text = alt ?? 'Picture without a description';
  return (
    <figure class="picture">
      <button type="button" class="bare" onClick={() => (isOpen.value = true)}>
        <img
          src={url}
          alt={text}
          width={width}
          height={height}
          loading="lazy"
          onError={() => (isMissing.value = true)}
        />
      </button>
      {isMissing.value && (
        <figcaption>
          Some pieces of this picture are on phones that do not answer now. This is its small version.
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
