/** The honest states of a page: being read, empty, failed, incomplete. */
import type { ComponentChildren } from 'preact';
import { ProblemError, UnreachableError } from '../api/client.ts';

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

/** What went wrong, and what to do. */
export function faultText(error: unknown): string {
  if (error instanceof UnreachableError) return `${error.message} It may be off, or you may be offline.`;
  if (error instanceof ProblemError && error.slug !== '') return error.message;
  if (error instanceof ProblemError) return `${error.message} Try again in a moment.`;
  return error instanceof Error ? error.message : String(error);
}
