/** The button that brings pictures into a post. */
import { useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

export function PicturePicker({ onPicked }: { readonly onPicked: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const pick = (): void => {
    const { files } = input.current!;
    onPicked([...(files ?? [])]);
    // The same file can be picked again after it was removed.
    input.current!.value = '';
  };
  return (
    <>
      <input
        ref={input}
        class="hidden"
        type="file"
        tabIndex={-1}
        aria-label="Picture files"
        accept="image/jpeg,image/png,image/webp,image/gif"
        multiple
        onChange={pick}
      />
      <button type="button" class="bare" aria-label="Add pictures" onClick={() => input.current?.click()}>
        <Icon name="camera" />
      </button>
    </>
  );
}
