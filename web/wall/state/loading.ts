/** Things that are read from the phone: being read, there, or failed, and read again when asked. */
import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Page } from '../../../services/wall-api/client/contract.ts';

export interface Loading<Value> {
  readonly value: Value | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Reads again; what is there stays until then. */
  readonly reload: () => void;
  /** Puts something else in its place, such as what a change was answered with. */
  readonly replace: (value: Value) => void;
}

/** Reads now, and whenever `key` changes. */
export function useLoading<Value>(key: string, read: (signal: AbortSignal) => Promise<Value>): Loading<Value> {
  const state = useSignal<Omit<Loading<Value>, 'reload' | 'replace'>>(NOTHING);
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
    state.value = NOTHING;
    load();
    return () => controller.current?.abort();
  }, [key]);
  const replace = (value: Value): void => {
    state.value = { ...state.peek(), value };
  };
  return { ...state.value, reload: load, replace };
}

const NOTHING = { value: undefined, error: undefined, isLoading: true } as const;

export interface Pages<Item> {
  readonly items: readonly Item[];
  /** False once some page said that something may be missing. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  /** Reads the next page; undefined at the end of the list. */
  readonly more: (() => void) | undefined;
  readonly reload: () => void;
  readonly change: (change: (items: readonly Item[]) => readonly Item[]) => void;
}

interface PagesState<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null | undefined;
  readonly isComplete: boolean;
}

type ReadPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;

/** A list that is read page by page, from its beginning whenever `key` changes. */
export function usePages<Item>(key: string, readPage: ReadPage<Item>): Pages<Item> {
  const state = useSignal<PagesState<Item>>(NO_PAGES);
  const isLoading = useSignal(true);
  const error = useSignal<unknown>(undefined);
  const controller = useRef<AbortController>(undefined);
  const read = async (from: PagesState<Item>, signal: AbortSignal): Promise<void> => {
    try {
      const page = await readPage(from.cursor ?? undefined, signal);
      if (!signal.aborted) state.value = joined(from, page);
    } catch (cause) {
      if (!signal.aborted) error.value = cause;
    } finally {
      if (!signal.aborted) isLoading.value = false;
    }
  };
  const load = (from: PagesState<Item>): void => {
    controller.current?.abort();
    controller.current = new AbortController();
    isLoading.value = true;
    error.value = undefined;
    void read(from, controller.current.signal);
  };
  useEffect(() => {
    state.value = NO_PAGES;
    load(NO_PAGES);
    return () => controller.current?.abort();
  }, [key]);
  const { items, cursor, isComplete } = state.value;
  return {
    ...{ items, isComplete, isLoading: isLoading.value, error: error.value },
    more: typeof cursor === 'string' ? () => load(state.peek()) : undefined,
    reload: () => load(NO_PAGES),
    change: (change) => changeItems(state, change),
  };
}

const NO_PAGES = { items: [], cursor: undefined, isComplete: true } as const;

function joined<Item>(before: PagesState<Item>, page: Page<Item>): PagesState<Item> {
  const isComplete = before.isComplete && page.complete;
  return { items: [...before.items, ...page.items], cursor: page.cursor, isComplete };
}

function changeItems<Item>(state: Signal<PagesState<Item>>, change: (items: readonly Item[]) => readonly Item[]): void {
  state.value = { ...state.peek(), items: change(state.peek().items) };
}
