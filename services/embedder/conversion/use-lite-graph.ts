/**
 * Universal Sentence Encoder Lite (Cer et al., "Universal Sentence Encoder", 2018) as an ONNX graph: a transformer of
 * two layers (Vaswani et al., "Attention Is All You Need", 2017) with its LayerNorm before each part, the mean over
 * the tokens, one tanh layer, and a vector of length 1. Input and output have the names of sentence-transformers.
 */

import { USE_LITE } from '../adapters/use-lite-model.ts';
import { GraphBuilder, type Value, type Weights } from './graph-builder.ts';
import { encodeOnnxModel } from './onnx-model.ts';
import type { TfjsWeights } from './tfjs-weights.ts';

const EMBEDDING_WIDTH = 256;
const LAYERS = [
  { width: EMBEDDING_WIDTH, headWidth: 64 },
  { width: USE_LITE.dimensions, headWidth: 128 },
] as const;
const HEADS = 4;
const LAYER_NORM_EPSILON = 1e-6;
/** Added to the attention that padding would get. */
const PADDING_BIAS = -1e9;
const LEAST_SQUARE = 1e-12;

const APPLIED = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
const MODULE = 'module/Encoder_en/KonaTransformer/Encode';
const JOINED = '/ConcatPartitions/concat';
const HEAD = 'module/Encoder_en/hidden_layers/tanh_layer_0';

export interface OnnxFiles {
  readonly model: Uint8Array;
  readonly weights: Uint8Array;
}

/** `weightsFile`: the name under which the weights will lie beside the model. */
export function useLiteOnnx(weights: TfjsWeights, weightsFile: string): OnnxFiles {
  const graph = new UseLiteGraph(weights, weightsFile);
  return graph.build();
}

class UseLiteGraph {
  readonly #weights: TfjsWeights;
  readonly #graph: GraphBuilder;

  constructor(weights: TfjsWeights, weightsFile: string) {
    this.#weights = weights;
    this.#graph = new GraphBuilder(weightsFile);
  }

  build(): OnnxFiles {
    const g = this.#graph;
    const mask = g.apply('Cast', ['attention_mask'], { to: 1 });
    const isPadding = g.apply('Sub', [g.scalar(1), mask]);
    const bias = g.apply('Unsqueeze', [g.apply('Mul', [isPadding, g.scalar(PADDING_BIAS)]), g.integers(1, 2)]);
    let x = this.#embedTokens();
    for (const layer of [0, 1] as const) {
      x = this.#feedForward(layer, this.#attend(layer, x, bias));
    }
    g.rename(this.#unitLength(this.#tanhLayer(this.#mean(x, mask))), 'sentence_embedding');
    const ids = { type: 'int64', shape: ['batch', 'tokens'] } as const;
    const graph = g.graph(
      'use-lite-en',
      [
        { ...ids, name: 'input_ids' },
        { ...ids, name: 'attention_mask' },
      ],
      [{ name: 'sentence_embedding', type: 'float32', shape: ['batch', USE_LITE.dimensions] }],
    );
    return { model: encodeOnnxModel(graph), weights: g.weightsFileContent() };
  }

  /** Twice the embedding, for the network adds it to its sum with the timing signal. [batch, tokens, 256] */
  #embedTokens(): Value {
    const g = this.#graph;
    const table = this.#weights.get('module/Embeddings_en');
    const embedding = g.weights('embedding', { ...table, values: table.values.map((value) => 2 * value) });
    const length = g.apply('Slice', [g.apply('Shape', ['input_ids']), g.integers(1), g.integers(2)]);
    const positions = g.apply('Slice', [g.weights('timing', this.#timing()), g.integers(0), length, g.integers(0)]);
    return g.apply('Add', [g.apply('Gather', [embedding, 'input_ids']), positions]);
  }

  /** Sines and cosines of the position in 128 wavelengths each (Vaswani et al., 3.5). */
  #timing(): Weights {
    const inverse = this.#weights.get(`${APPLIED}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`);
    const rates = inverse.values;
    const values = Float32Array.from({ length: USE_LITE.maxTokens * EMBEDDING_WIDTH }, (_, i) => {
      const position = Math.floor(i / EMBEDDING_WIDTH);
      const column = i % EMBEDDING_WIDTH;
      const angle = Math.fround(position * rates[column % rates.length]!);
      return column < rates.length ? Math.sin(angle) : Math.cos(angle);
    });
    return { shape: [USE_LITE.maxTokens, EMBEDDING_WIDTH], values };
  }

  /** Self-attention of four heads, added to what came in. [batch, tokens, 512] */
  #attend(layer: 0 | 1, x: Value, bias: Value): Value {
    const g = this.#graph;
    const { width, headWidth } = LAYERS[layer];
    const place = `Layer_${layer}/TransformerLayer`;
    const attention = `${place}/MultiheadAttention`;
    const normal = this.#layerNorm(`${place}/layer_prepostprocess`, x);
    const [weights, biases] = this.#withScaledQueries(
      this.#weights.matrix(`${MODULE}/${attention}/qkv_transform_single/kernel/part_0`),
      this.#weights.get(`${APPLIED}/${attention}/qkv_transform_single/bias${JOINED}`),
      HEADS * headWidth,
      headWidth ** -0.5,
    );
    const joint = this.#affine(`layer-${layer}.qkv`, normal, weights, biases);
    const [queries, keys, values] = g
      .applyToMany('Split', [joint], 3, { axis: -1 })
      .map((part) =>
        g.apply('Transpose', [g.apply('Reshape', [part, g.integers(0, 0, HEADS, headWidth)])], { perm: [0, 2, 1, 3] }),
      );
    const scores = g.apply('MatMul', [queries!, g.apply('Transpose', [keys!], { perm: [0, 1, 3, 2] })]);
    const attended = g.apply('Softmax', [g.apply('Add', [scores, bias])], { axis: -1 });
    const context = g.apply('Transpose', [g.apply('MatMul', [attended, values!])], { perm: [0, 2, 1, 3] });
    const output = this.#affine(
      `layer-${layer}.output`,
      g.apply('Reshape', [context, g.integers(0, 0, HEADS * headWidth)]),
      this.#weights.matrix(`${MODULE}/${attention}/output_transform_single/kernel/part_0`),
      this.#weights.get(`${APPLIED}/${attention}/output_transform_single/bias${JOINED}`),
    );
    return g.apply('Add', [width === USE_LITE.dimensions ? x : this.#widen(place, x), output]);
  }

  /** What came in, brought to the width of what is added to it. */
  #widen(place: string, x: Value): Value {
    const kernel = this.#weights.get(`${APPLIED}/${place}/dense/kernel${JOINED}`);
    return this.#affine('layer-0.residual', x, kernel, this.#weights.get(`${APPLIED}/${place}/dense/bias${JOINED}`));
  }

  /** Queries are multiplied by the inverse root of a head's width; here their weights are, once and for all. */
  #withScaledQueries(weights: Weights, biases: Weights, queryWidth: number, scale: number): [Weights, Weights] {
    const width = weights.shape[1]!;
    const scaled = (value: number, i: number): number => (i % width < queryWidth ? value * scale : value);
    return [
      { ...weights, values: weights.values.map(scaled) },
      { ...biases, values: biases.values.map(scaled) },
    ];
  }

  #feedForward(layer: 0 | 1, x: Value): Value {
    const g = this.#graph;
    const place = `Layer_${layer}/TransformerLayer/FFN`;
    const part = (input: Value, step: 1 | 2): Value =>
      this.#affine(
        `layer-${layer}.feed-forward-${step}`,
        input,
        this.#weights.get(`${APPLIED}/TransformerStack/${place}/conv${step}/Tensordot/Reshape_1`),
        this.#weights.get(`${APPLIED}/${place}/conv${step}/bias${JOINED}`),
      );
    const inner = g.apply('Relu', [part(this.#layerNorm(`${place}/layer_prepostprocess`, x), 1)]);
    return g.apply('Add', [x, part(inner, 2)]);
  }

  #layerNorm(place: string, x: Value): Value {
    const part = (name: string): Value => {
      const full = `${APPLIED}/${place}/layer_norm/layer_norm_${name}${JOINED}`;
      return this.#graph.weights(`${place}.${name}`, this.#weights.get(full));
    };
    const inputs = [x, part('scale'), part('bias')];
    return this.#graph.apply('LayerNormalization', inputs, { axis: -1, epsilon: { float: LAYER_NORM_EPSILON } });
  }

  #affine(name: string, x: Value, weights: Weights, bias: Weights): Value {
    const g = this.#graph;
    const product = g.apply('MatMul', [x, g.weights(`${name}.weights`, weights)]);
    return g.apply('Add', [product, g.weights(`${name}.bias`, bias)]);
  }

  /** Over the tokens that are no padding. [batch, 512] */
  #mean(x: Value, mask: Value): Value {
    const g = this.#graph;
    const one = g.integers(1);
    const kept = g.apply('Mul', [x, g.apply('Unsqueeze', [mask, g.integers(2)])]);
    const count = g.apply('ReduceSum', [mask, one], { keepdims: 1 });
    return g.apply('Div', [g.apply('ReduceSum', [kept, one], { keepdims: 0 }), g.apply('Max', [count, g.scalar(1)])]);
  }

  #tanhLayer(x: Value): Value {
    const bias = this.#weights.get(`${HEAD}/bias`);
    return this.#graph.apply('Tanh', [this.#affine('head', x, this.#weights.get(`${HEAD}/weights`), bias)]);
  }

  #unitLength(x: Value): Value {
    const g = this.#graph;
    const squares = g.apply('ReduceSum', [g.apply('Mul', [x, x]), g.integers(1)], { keepdims: 1 });
    return g.apply('Div', [x, g.apply('Sqrt', [g.apply('Max', [squares, g.scalar(LEAST_SQUARE)])])]);
  }
}
