/** A task that runs, as the scheduler keeps it: where it waits, who waits for it, and what it has started. */
import type { Fiber, Task } from './effect.ts';

/** Something the world does for a fiber that can be stopped before its outcome is there. */
export interface Pending {
  /** No outcome comes any more; has no effect once it has come. */
  cancel(): void;
}

/** Where an outcome goes: `resume` is called exactly once, unless what was to bring it has been cancelled. */
export interface Waiter<Outcome> {
  resume(outcome: Outcome): void;
}

/** Told of outcomes that came while their fiber slept, and so of when to go on with it. */
export interface Resumer {
  goOn(fiber: RunningFiber, outcome: unknown): void;
}

/** What a fiber has instead of an outcome while none is there. */
export const NOT_READY = Symbol('not ready');

/** Its lists are chained through the fibers themselves: most have no child and one watcher, and there are very many. */
export class RunningFiber implements Fiber<unknown>, Waiter<unknown> {
  readonly task: Task<unknown>;
  readonly label: string;
  readonly #resumer: Resumer;
  /** Called when it has ended, before anybody who watches is. */
  onDone: ((fiber: RunningFiber) => void) | undefined;
  done = false;
  cancelled = false;
  result: unknown;
  error: unknown;
  /** Its generator is executing right now. */
  executing = false;
  /** Outcome of an effect that is just being started; NOT_READY when none is, or it is not there yet. */
  #early: unknown = NOT_READY;
  #starting = false;
  /** The last effect's outcome has not come yet. */
  #waiting = false;
  #pending: Pending | undefined;
  /** Whose ends it waits for. */
  #watched: readonly RunningFiber[] | undefined;
  #watcher: RunningFiber | undefined;
  #furtherWatchers: RunningFiber[] | undefined;
  #parent: RunningFiber | undefined;
  #firstChild: RunningFiber | undefined;
  #lastChild: RunningFiber | undefined;
  #previous: RunningFiber | undefined;
  #next: RunningFiber | undefined;

  constructor(task: Task<unknown>, label: string, resumer: Resumer) {
    this.task = task;
    this.label = label;
    this.#resumer = resumer;
  }

  /** The child that was adopted first of those that are still there. */
  get firstChild(): RunningFiber | undefined {
    return this.#firstChild;
  }

  get children(): RunningFiber[] {
    const children: RunningFiber[] = [];
    for (let child = this.#firstChild; child !== undefined; child = child.#next) children.push(child);
    return children;
  }

  adopt(child: RunningFiber): void {
    child.#parent = this;
    child.#previous = this.#lastChild;
    if (this.#lastChild === undefined) this.#firstChild = child;
    else this.#lastChild.#next = child;
    this.#lastChild = child;
  }

  leaveParent(): void {
    const parent = this.#parent;
    if (parent === undefined) return;
    if (this.#previous === undefined) parent.#firstChild = this.#next;
    else this.#previous.#next = this.#next;
    if (this.#next === undefined) parent.#lastChild = this.#previous;
    else this.#next.#previous = this.#previous;
    this.#parent = undefined;
    this.#previous = undefined;
    this.#next = undefined;
  }

  /** An effect is about to be started that resumes this fiber, perhaps at once. */
  beginWait(): void {
    this.#waiting = true;
    this.#starting = true;
    this.#early = NOT_READY;
  }

  /** The effect has been started; gives its outcome if that is there. */
  endOfStart(pending: Pending | undefined): unknown {
    this.#starting = false;
    if (this.#waiting) {
      this.#pending = pending;
      return NOT_READY;
    }
    if (this.done) pending?.cancel(); // ended by what it started
    const outcome = this.#early;
    this.#early = NOT_READY;
    return outcome;
  }

  resume(outcome: unknown): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#pending = undefined;
    if (this.#starting) this.#early = outcome;
    else this.#resumer.goOn(this, outcome);
  }

  /** Waits until one of these, none of which is done, has ended; resumed with the first in the list that has. */
  watch(fibers: readonly RunningFiber[]): void {
    this.#waiting = true;
    this.#watched = fibers;
    for (const fiber of fibers) fiber.#addWatcher(this);
  }

  /** Gives up whatever it waits for. */
  stopWaiting(): void {
    this.#waiting = false;
    this.#pending?.cancel();
    this.#pending = undefined;
    this.#unwatch();
  }

  /** Tells those who wait for its end. */
  wakeWatchers(): void {
    const watcher = this.#watcher;
    const further = this.#furtherWatchers;
    this.#watcher = undefined;
    this.#furtherWatchers = undefined;
    if (watcher !== undefined) watcher.#wake();
    if (further !== undefined) for (const one of further) one.#wake();
  }

  #wake(): void {
    const done = this.#watched?.find((fiber) => fiber.done);
    if (done === undefined) return;
    this.#unwatch();
    this.resume(done);
  }

  #unwatch(): void {
    if (this.#watched === undefined) return;
    for (const fiber of this.#watched) fiber.#removeWatcher(this);
    this.#watched = undefined;
  }

  #addWatcher(watcher: RunningFiber): void {
    if (this.#watcher === undefined && this.#furtherWatchers === undefined) this.#watcher = watcher;
    else if (this.#furtherWatchers === undefined) this.#furtherWatchers = [watcher];
    else this.#furtherWatchers.push(watcher);
  }

  #removeWatcher(watcher: RunningFiber): void {
    if (this.#watcher === watcher) {
      this.#watcher = undefined;
      return;
    }
    const index = this.#furtherWatchers?.indexOf(watcher) ?? -1;
    if (index >= 0) this.#furtherWatchers!.splice(index, 1);
  }
}
