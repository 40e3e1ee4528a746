/** Things that are read from the phone: being read, there, or failed, and read again when asked. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Page } from '../../../services/wall-api/client/contract.ts';
import { UnreachableError } from '../../shared/problem.ts';
import { NO_PAGES, type PagesState, withNewest, withNext } from './pages.ts';
import { isReached } from './session.ts';
import { currentVisit, keepForReturn, recallOnReturn } from './visits.ts';

export interface Loading<Value> {
  readonly value: Value | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Reads again; what is there stays until then. */
  readonly reload: () => void;
  /** Puts something else in its place, such as what a change was answered with. */
  readonly replace: (value: Value) => void;
}

export interface LoadingOptions {
  /** Whoever goes back to the page finds at once what was there, while it is read again. */
  readonly stays?: boolean;
}

/** Reads now, and whenever `key` changes. */
export function useLoading<Value>(
  key: string,
  read: (signal: AbortSignal) => Promise<Value>,
  { stays = false }: LoadingOptions = {},
): Loading<Value> {
  const left = useLeft<Value>(`value ${key}`);
  const state = useSignal<Omit<Loading<Value>, 'reload' | 'replace'>>(
    stays ? { ...NOTHING, value: left.recalled } : NOTHING,
  );
  const controller = useRef<AbortController>(undefined);
  const load = useCallback(() => {
    controller.current?.abort();
    const current = new AbortController();
    controller.current = current;
    state.value = { ...state.peek(), isLoading: true, error: undefined };
    const settle = (next: Partial<Loading<Value>>): void => {
      if (!current.signal.aborted) state.value = { ...state.peek(), isLoading: false, ...next };
    };
    read(current.signal).then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
  }, [key]);
  useEffect(() => {
    if (!left.isFirst()) state.value = NOTHING;
    load();
    return () => {
      controller.current?.abort();
      if (stays) left.keep(state.peek().value);
    };
  }, [key]);
  useReturn(state.value.error, load);
  const replace = (value: Value): void => {
    state.value = { ...state.peek(), value };
  };
  return { ...state.value, reload: load, replace };
}

const NOTHING = { value: undefined, error: undefined, isLoading: true } as const;

interface Left<Value> {
  /** What was there when the visit that one goes back to was left. */
  readonly recalled: Value | undefined;
  /** Whether the component has only just come up. */
  readonly isFirst: () => boolean;
  /** Keeps a value if the visit is left; undefined is none. */
  readonly keep: (value: Value | undefined) => void;
}

function useLeft<Value>(name: string): Left<Value> {
  const visit = useRef(currentVisit());
  const recalled = useRef<Value>(undefined);
  const isNew = useRef(true);
  if (isNew.current) recalled.current = recallOnReturn<Value>(name);
  return {
    recalled: recalled.current,
    isFirst: () => {
      const isFirst = isNew.current;
      isNew.current = false;
      return isFirst;
    },
    keep: (value) => {
      if (value !== undefined && visit.current !== currentVisit()) keepForReturn(visit.current, name, value);
    },
  };
}

/** Reads again by itself what failed for want of the phone, once that is back. */
function useReturn(error: unknown, load: () => void): void {
  useEffect(() => {
    if (isReached.value && error instanceof UnreachableError) load();
  }, [isReached.value]);
}

/** Calls back whenever a signal changes from what it was when the page came up. */
export function useChange(of: ReadonlySignal<unknown>, changed: () => void): void {
  const seen = useRef(of.peek());
  useEffect(() => {
    if (seen.current === of.value) return;
    seen.current = of.value;
    changed();
  }, [of.value]);
}

export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  /** Reads the next page; undefined at the end of the list. */
  readonly more: (() => void) | undefined;
  /** Reads the list anew, from its beginning. */
  readonly reload: () => void;
  readonly change: (change: (items: readonly Item[]) => readonly Item[]) => void;
}

type ReadPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;

/**
 * A list that is read page by page, from its beginning whenever `key` changes. Whoever goes back to it finds it as they
 * left it.
 */
export function usePages<Item>(key: string, readPage: ReadPage<Item>): Pages<Item> {
  return usePagesOf(key, readPage).pages;
}

/** The same of a list that grows at its beginning: `refresh` reads that again, and what is shown stays in its place. */
export function useGrowingPages<Item extends { readonly id: string }>(
  key: string,
  readPage: ReadPage<Item>,
): Pages<Item> & { readonly refresh: () => void } {
  const { pages, load } = usePagesOf(key, readPage);
  return { ...pages, refresh: () => load(undefined, withNewest) };
}

type Join<Item> = (before: PagesState<Item>, page: Page<Item>) => PagesState<Item>;

function usePagesOf<Item>(key: string, readPage: ReadPage<Item>) {
  const left = useLeft<PagesState<Item>>(`pages ${key}`);
  const state = useSignal<PagesState<Item>>(left.recalled ?? NO_PAGES);
  const isLoading = useSignal(left.recalled === undefined);
  const error = useSignal<unknown>(undefined);
  const controller = useRef<AbortController>(undefined);
  const read = async (cursor: string | undefined, join: Join<Item>, signal: AbortSignal): Promise<void> => {
    try {
      const page = await readPage(cursor, signal);
      if (!signal.aborted) state.value = join(state.peek(), page);
    } catch (cause) {
      if (!signal.aborted) error.value = cause;
    } finally {
      if (!signal.aborted) isLoading.value = false;
    }
  };
  const load = (cursor: string | undefined, join: Join<Item>): void => {
    controller.current?.abort();
    controller.current = new AbortController();
    isLoading.value = true;
    error.value = undefined;
    void read(cursor, join, controller.current.signal);
  };
  const reload = (): void => load(undefined, (_before, page) => withNext(NO_PAGES, page));
  useEffect(() => {
    if (!left.isFirst() || left.recalled === undefined) {
      state.value = NO_PAGES;
      reload();
    }
    return () => {
      controller.current?.abort();
      left.keep(state.peek().cursor === undefined ? undefined : state.peek());
    };
  }, [key]);
  useReturn(error.value, reload);
  const { items, cursor, isComplete } = state.value;
  const pages: Pages<Item> = {
    ...{ items, isComplete, isLoading: isLoading.value, error: error.value, reload },
    more: typeof cursor === 'string' ? () => load(cursor, withNext) : undefined,
    change: (change) => {
      state.value = { ...state.peek(), items: change(state.peek().items) };
    },
  };
  return { pages, load };
}
