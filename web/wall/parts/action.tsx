/** A button that does something at the phone: one time at once, and saying so when it fails. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { faultText } from '../../shared/problem.ts';

export interface ActionProps {
  readonly act: () => Promise<unknown>;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly label?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
}

export function Action({ act, children, class: look = '', label, pressed, expanded, disabled = false }: ActionProps) {
  const isActing = useSignal(false);
  const fault = useSignal('');
  const onClick = async (): Promise<void> => {
    if (isActing.peek()) return;
    isActing.value = true;
    fault.value = '';
    try {
      await act();
    } catch (error) {
      fault.value = faultText(error);
    } finally {
      isActing.value = false;
    }
  };
  return (
    <>
      <button
        type="button"
        class={look}
        aria-label={label}
        aria-pressed={pressed}
        aria-expanded={expanded}
        aria-busy={isActing.value}
        disabled={disabled}
        onClick={() => void onClick()}
      >
        {children}
      </button>
      {fault.value !== '' && (
        <span class="fault" role="alert">
          {fault.value}
        </span>
      )}
    </>
  );
}
