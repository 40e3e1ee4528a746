/**
 * Writes an ONNX model: the part of onnx.proto (IR version 8) that a graph with its weights beside it needs. The
 * numbers are the fields of that file.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire';

const IR_VERSION = 8;
/** Of the default operator set; the first with LayerNormalization. */
const OPSET = 17;
const PRODUCER = 'ringwall';

export type ElementType = 'float32' | 'int64';
const ELEMENT_TYPES: Readonly<Record<ElementType, number>> = { float32: 1, int64: 7 };

/** TensorProto.DataLocation */
const EXTERNAL = 1;
/** AttributeProto.AttributeType */
const FLOAT = 1;
const INT = 2;
const INTS = 7;

/** A number is a whole one (INT); others are given as `{ float: 1e-6 }`. */
export type Attribute = number | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant whose bytes stand in the model itself. */
export interface InlineTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly bigint[] | Float32Array;
}

/** A constant whose bytes stand in another file of the model's folder: float32, little-endian, row-major. */
export interface ExternalTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  /** A name stands for a dimension that differs from run to run. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inline: readonly InlineTensor[];
  readonly external: readonly ExternalTensor[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const model = new BinaryWriter();
  model.uint32(tag(1, VARINT)).int64(IR_VERSION);
  model.uint32(tag(2, BYTES)).string(PRODUCER);
  message(model, 7, (part) => writeGraph(part, graph));
  message(model, 8, (part) => part.uint32(tag(1, BYTES)).string('').uint32(tag(2, VARINT)).int64(OPSET));
  return model.finish();
}

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function message(writer: BinaryWriter, field: number, write: (part: BinaryWriter) => void): void {
  writer.uint32(tag(field, BYTES)).fork();
  write(writer);
  writer.join();
}

function writeGraph(writer: BinaryWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) message(writer, 1, (part) => writeNode(part, node));
  writer.uint32(tag(2, BYTES)).string(graph.name);
  for (const tensor of graph.inline) message(writer, 5, (part) => writeInline(part, tensor));
  for (const tensor of graph.external) message(writer, 5, (part) => writeExternal(part, tensor));
  for (const input of graph.inputs) message(writer, 11, (part) => writeValue(part, input));
  for (const output of graph.outputs) message(writer, 12, (part) => writeValue(part, output));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.uint32(tag(1, BYTES)).string(input);
  for (const output of node.outputs) writer.uint32(tag(2, BYTES)).string(output);
  writer.uint32(tag(3, BYTES)).string(node.outputs[0]!);
  writer.uint32(tag(4, BYTES)).string(node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, (part) => writeAttribute(part, name, value));
  }
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  writer.uint32(tag(1, BYTES)).string(name);
  if (typeof value === 'number') {
    writer.uint32(tag(3, VARINT)).int64(value);
    writer.uint32(tag(20, VARINT)).int32(INT);
  } else if ('float' in value) {
    writer.uint32(tag(2, FIXED32)).float(value.float);
    writer.uint32(tag(20, VARINT)).int32(FLOAT);
  } else {
    for (const item of value) writer.uint32(tag(8, VARINT)).int64(item);
    writer.uint32(tag(20, VARINT)).int32(INTS);
  }
}

function writeInline(writer: BinaryWriter, { name, shape, values }: InlineTensor): void {
  const type = values instanceof Float32Array ? 'float32' : 'int64';
  const bytes = values instanceof Float32Array ? littleEndian(values) : int64Bytes(values);
  writeTensorHead(writer, name, shape, type);
  writer.uint32(tag(9, BYTES)).bytes(bytes);
}

function writeExternal(writer: BinaryWriter, { name, shape, file, offset, bytes }: ExternalTensor): void {
  writeTensorHead(writer, name, shape, 'float32');
  const where = { location: file, offset: String(offset), length: String(bytes) };
  for (const [key, value] of Object.entries(where)) {
    message(writer, 13, (part) => part.uint32(tag(1, BYTES)).string(key).uint32(tag(2, BYTES)).string(value));
  }
  writer.uint32(tag(14, VARINT)).int32(EXTERNAL);
}

function writeTensorHead(writer: BinaryWriter, name: string, shape: readonly number[], type: ElementType): void {
  for (const length of shape) writer.uint32(tag(1, VARINT)).int64(length);
  writer.uint32(tag(2, VARINT)).int32(ELEMENT_TYPES[type]);
  writer.uint32(tag(8, BYTES)).string(name);
}

function writeValue(writer: BinaryWriter, { name, type, shape }: GraphValue): void {
  writer.uint32(tag(1, BYTES)).string(name);
  message(writer, 2, (typePart) =>
    message(typePart, 1, (tensorPart) => {
      tensorPart.uint32(tag(1, VARINT)).int32(ELEMENT_TYPES[type]);
      message(tensorPart, 2, (shapePart) => {
        for (const length of shape) message(shapePart, 1, (part) => writeDimension(part, length));
      });
    }),
  );
}

function writeDimension(writer: BinaryWriter, length: number | string): void {
  if (typeof length === 'number') writer.uint32(tag(1, VARINT)).int64(length);
  else writer.uint32(tag(2, BYTES)).string(length);
}

/** The bytes of the values as every machine reads them from a model. */
export function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setFloat32(i * 4, value, true);
  return bytes;
}

function int64Bytes(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setBigInt64(i * 8, value, true);
  return bytes;
}
