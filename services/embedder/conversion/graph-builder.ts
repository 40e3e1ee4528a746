/** Puts an ONNX graph together, value by value: each operation gives the name of what it yields. */
import type { Attribute, ExternalTensor, GraphValue, InlineTensor, OnnxGraph, OnnxNode } from './onnx-model.ts';

/** The name of a value of the graph. */
export type Value = string;

export interface Weights {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/** Weights begin at whole pages of their file, so that each can be mapped by itself. */
const PAGE_BYTES = 4096;

export class GraphBuilder {
  readonly #weightsFile: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #inline: InlineTensor[] = [];
  readonly #external: ExternalTensor[] = [];
  readonly #weights: Float32Array[] = [];
  #weightsBytes = 0;

  constructor(weightsFile: string) {
    this.#weightsFile = weightsFile;
  }

  /** The one output of an operation. */
  apply(operator: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.applyToMany(operator, inputs, 1, attributes)[0]!;
  }

  applyToMany(
    operator: string,
    inputs: readonly Value[],
    outputCount: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value[] {
    const name = `${operator.toLowerCase()}-${this.#nodes.length}`;
    const outputs = Array.from({ length: outputCount }, (_, i) => (outputCount === 1 ? name : `${name}-${i}`));
    this.#nodes.push({ operator, inputs, outputs, attributes });
    return outputs;
  }

  /** Whole numbers, for shapes and axes. */
  integers(...values: readonly number[]): Value {
    return this.#constant([values.length], values.map(BigInt));
  }

  scalar(value: number): Value {
    return this.#constant([], Float32Array.of(value));
  }

  /** A constant that is kept in the file of weights. */
  weights(name: string, { shape, values }: Weights): Value {
    const bytes = values.length * Float32Array.BYTES_PER_ELEMENT;
    this.#external.push({ name, shape, file: this.#weightsFile, offset: this.#weightsBytes, bytes });
    this.#weights.push(values);
    this.#weightsBytes = Math.ceil((this.#weightsBytes + bytes) / PAGE_BYTES) * PAGE_BYTES;
    return name;
  }

  /** Gives a value another name, under which it leaves the graph. */
  rename(value: Value, name: string): void {
    this.#nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} });
  }

  graph(name: string, inputs: readonly GraphValue[], outputs: readonly GraphValue[]): OnnxGraph {
    return { name, nodes: this.#nodes, inline: this.#inline, external: this.#external, inputs, outputs };
  }

  /** The content of the file of weights. */
  weightsFileContent(): Uint8Array {
    const content = new Uint8Array(this.#weightsBytes);
    const view = new DataView(content.buffer);
    for (const [i, values] of this.#weights.entries()) {
      const { offset } = this.#external[i]!;
      for (let at = 0; at < values.length; at++) view.setFloat32(offset + at * 4, values[at]!, true);
    }
    return content;
  }

  #constant(shape: readonly number[], values: InlineTensor['values']): Value {
    const name = `constant-${this.#inline.length}`;
    this.#inline.push({ name, shape, values });
    return name;
  }
}
