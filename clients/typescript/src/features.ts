// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { Degraded } from "./gen/proffer/common/v1/degraded_pb.js";
import type {
  FeatureBlock,
  FeatureRow,
  GetFeatureMatrixResponse,
} from "./gen/proffer/featurestore/v1/feature_store_service_pb.js";
import { FeatureRowSchema } from "./gen/proffer/featurestore/v1/feature_store_service_pb.js";
import type { RowStatus, Value } from "./gen/proffer/featurestore/v1/value_pb.js";
import {
  FloatVectorSchema,
  Int64ListSchema,
  StringListSchema,
  ValueSchema,
} from "./gen/proffer/featurestore/v1/value_pb.js";

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** What one feature view fills of a matrix: a row for each entity, a column for each numeric feature. */
export class Block {
  readonly featureView: string;
  /** The names of the columns of `values`. */
  readonly features: readonly string[];
  readonly rows: number;
  /**
   * The numbers, row by row; NaN stands for a missing value without default. They are the bytes that were received, seen
   * as floats; where those do not start at a multiple of four they are copied once, as a whole.
   */
  readonly values: Float32Array;

  constructor(readonly message: FeatureBlock) {
    this.featureView = message.featureView;
    this.features = message.features;
    this.rows = message.rows;
    this.values = floats(message.valuesF32Le);
  }

  /** The numbers of one row: a view, not a copy. */
  row(row: number): Float32Array {
    return this.values.subarray(row * this.features.length, (row + 1) * this.features.length);
  }

  /** Whether a cell is null or missing. */
  isNull(row: number, column: number): boolean {
    const bit = row * this.features.length + column;
    return (((this.message.nullBitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  }

  /** How the values of a row came about. */
  status(row: number): RowStatus {
    return this.message.rowStatuses[row] as RowStatus;
  }

  /** The values of a feature that is not a single number: a text, a list or a vector. */
  column(feature: string): readonly Value[] | undefined {
    return this.message.columns.find((column) => column.feature === feature)?.values;
  }
}

function floats(bytes: Uint8Array): Float32Array {
  if (!isLittleEndian) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** The features of one context and many candidates. */
export class FeatureMatrix {
  /** Blocks of one row each, the same for all candidates. */
  readonly context: readonly Block[];
  /** Blocks of one row for each candidate, in the order of the request. */
  readonly candidates: readonly Block[];
  /** Identifies names, types and defaults of the columns; pin it to be refused when they change. */
  readonly featureSetHash: string;
  /** What was missing. */
  readonly degraded: Degraded | undefined;

  constructor(reply: GetFeatureMatrixResponse) {
    this.context = reply.context.map((block) => new Block(block));
    this.candidates = reply.candidates.map((block) => new Block(block));
    this.featureSetHash = reply.featureSetHash;
    this.degraded = reply.degraded;
  }

  /** The names of the columns of `dense`, as "view:feature". */
  get features(): string[] {
    return [...this.context, ...this.candidates].flatMap((block) =>
      block.features.map((feature) => `${block.featureView}:${feature}`),
    );
  }

  /** All numbers copied, run by run, into one array: a row for each candidate, the columns of the context first. */
  dense(): { readonly values: Float32Array; readonly rows: number; readonly columns: number } {
    const rows = this.candidates[0]?.rows ?? 1;
    const columns = this.features.length;
    const values = new Float32Array(rows * columns);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (const [blocks, from] of [
        [this.context, 0],
        [this.candidates, row],
      ] as const) {
        for (const block of blocks) {
          values.set(block.row(from), at);
          at += block.features.length;
        }
      }
    }
    return { values, rows, columns };
  }
}

/** What a feature may be given as: `number` becomes DOUBLE, `bigint` INT64; for FLOAT give a `Value`. */
export type FeatureValue = number | bigint | boolean | string | Float32Array | readonly string[] | BigInt64Array | Value | null;

/** A row to store; its time is now unless it is given. */
export function featureRow(
  featureView: string,
  entityId: string,
  values: Readonly<Record<string, FeatureValue>>,
  at = new Date(),
): FeatureRow {
  return create(FeatureRowSchema, {
    featureView,
    entityId,
    eventTimeUnixMs: BigInt(at.getTime()),
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, valueOf(value)])),
  });
}

export function valueOf(value: FeatureValue): Value {
  if (value === null) {
    return create(ValueSchema);
  }
  switch (typeof value) {
    case "number":
      return create(ValueSchema, { kind: { case: "doubleValue", value } });
    case "bigint":
      return create(ValueSchema, { kind: { case: "int64Value", value } });
    case "boolean":
      return create(ValueSchema, { kind: { case: "boolValue", value } });
    case "string":
      return create(ValueSchema, { kind: { case: "stringValue", value } });
    default:
  }
  if (value instanceof Float32Array) {
    const vector = create(FloatVectorSchema, { values: Array.from(value) });
    return create(ValueSchema, { kind: { case: "floatVector", value: vector } });
  }
  if (value instanceof BigInt64Array) {
    const list = create(Int64ListSchema, { values: Array.from(value) });
    return create(ValueSchema, { kind: { case: "int64List", value: list } });
  }
  if (Array.isArray(value)) {
    const list = create(StringListSchema, { values: value as string[] });
    return create(ValueSchema, { kind: { case: "stringList", value: list } });
  }
  return value as Value;
}
