/** A scenario file as YAML nodes that know where they stand, and all the faults that are found in it. */
import { type Document, isAlias, LineCounter, type Node, parseDocument } from 'yaml';

export interface FileFault {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export class Source {
  readonly file: string;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #faults = new Map<string, FileFault>();

  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    for (const { pos, message } of this.#document.errors) this.#add(pos[0], message);
  }

  get root(): Node | null {
    return this.#document.contents;
  }

  /** In the order of the file; the same fault at the same place once. */
  get faults(): readonly FileFault[] {
    return [...this.#faults.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  /** What an alias stands for; any other node itself. */
  resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
  }

  fault(node: Node | null, message: string): void {
    this.#add(node?.range?.[0] ?? 0, message);
  }

  #add(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.#faults.set(`${line}:${col}:${message}`, { line: Math.max(1, line), column: Math.max(1, col), message });
  }
}

export function describeFault(file: string, { line, column, message }: FileFault): string {
  return `${file}:${line}:${column}: ${message}`;
}
