/** What the bench tells a process that holds nodes, and what comes back. */

export interface Work {
  readonly node: number;
  /** Of the value: both sides make its bytes of it. */
  readonly id: number;
  /** Of a get. */
  readonly key?: string;
}

export interface Orders {
  readonly create: { readonly node: number; readonly seed?: string };
  readonly converged: { readonly known: number };
  readonly spent: object;
  readonly residentBytes: object;
  readonly run: { readonly operation: 'put' | 'get'; readonly work: readonly Work[]; readonly width: number };
  readonly stop: { readonly nodes: readonly number[] };
}

export interface Answers {
  /** What others can join through. */
  readonly create: string;
  /** Whether every node here is settled and knows so many others. */
  readonly converged: boolean;
  readonly spent: Spent;
  /** After a garbage collection. */
  readonly residentBytes: number;
  readonly run: Ran;
  readonly stop: null;
}

export interface Spent {
  /** CPU time of the process since it started. */
  readonly cpuMs: number;
  /** Requests its nodes have sent since. */
  readonly requests: number;
}

export interface Ran {
  readonly timesMs: readonly number[];
  /** By message. */
  readonly failures: Readonly<Record<string, number>>;
  readonly stored: readonly { readonly id: number; readonly key: string }[];
  readonly copies: number;
}

export type OrderName = keyof Orders;

export interface Order<Name extends OrderName = OrderName> {
  readonly number: number;
  readonly name: Name;
  readonly order: Orders[Name];
}

export type Reply =
  | { readonly number: number; readonly answer: Answers[OrderName] }
  | { readonly number: number; readonly error: string };
