/** The honest states of a page: being read, empty, failed, incomplete. */
import type { ComponentChildren } from 'preact';
import { faultText } from '../../shared/problem.ts';

export function Busy({ what }: { readonly what: string }) {
  return (
    <p class="notice busy" role="status">
      <span class="spinner" aria-hidden="true" />
      {what}
    </p>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="notice empty">{children}</p>;
}

/** Some phones did not answer. */
export function Partial({ what, retry }: { readonly what: string; readonly retry?: () => void }) {
  return (
    <p class="notice partial" role="status">
      {what}
      {retry !== undefined && (
        <button type="button" class="quiet" onClick={retry}>
          Ask again
        </button>
      )}
    </p>
  );
}

export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  return (
    <p class="notice failure" role="alert">
      {faultText(error)}
      {retry !== undefined && (
        <button type="button" class="quiet" onClick={retry}>
          Try again
        </button>
      )}
    </p>
  );
}
