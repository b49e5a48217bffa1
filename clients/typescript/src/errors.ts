// SPDX-License-Identifier: Apache-2.0
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { ErrorReason } from "./gen/proffer/common/v1/error_reason_pb.js";

const DOMAIN = "proffer.dev";

/** One field of a request that breaks its rule. */
export interface FieldViolation {
  /** Its path, such as "cart.lines[0].quantity". */
  readonly field: string;
  /** What would be right. */
  readonly description: string;
}

/**
 * A call that failed. Its name stays that of ConnectError, because connect knows its own errors by name and would wrap
 * one with another name.
 */
export class ProfferError extends ConnectError {
  /**
   * Why, as a name of `ErrorReason`, such as "UNKNOWN_ITEM"; empty when the failure did not come from Proffer, such as
   * a connection that broke.
   */
  readonly reason: string;

  /** The fields that are wrong; only for bad input. */
  readonly fields: readonly FieldViolation[];

  /** Names and ids that the failure is about. */
  readonly info: Readonly<Record<string, string>>;

  /** When the server would like to be asked again, in milliseconds; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: ConnectError) {
    super(failure.rawMessage, failure.code, failure.metadata, undefined, failure.cause);
    this.details = failure.details;
    const info = failure.findDetails(ErrorInfoSchema)[0];
    const delay = failure.findDetails(RetryInfoSchema)[0]?.retryDelay;
    this.reason = info?.domain === DOMAIN ? info.reason : "";
    this.info = { ...info?.metadata };
    this.fields = failure
      .findDetails(BadRequestSchema)
      .flatMap((bad) => bad.fieldViolations)
      .map(({ field, description }) => ({ field, description }));
    this.retryAfterMs = delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
    if (this.reason !== "") {
      this.message = `${this.message} (${this.reason})`;
    }
  }

  /** Whether this is why. */
  is(reason: ErrorReason): boolean {
    return this.reason !== "" && this.reason === ErrorReason[reason];
  }

  // ConnectError takes everything that looks like it for an instance.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && Object.prototype.isPrototypeOf.call(ProfferError.prototype, value);
  }

  /** The typed error behind anything that a call threw. */
  static override from(reason: unknown): ProfferError {
    return reason instanceof ProfferError ? reason : new ProfferError(ConnectError.from(reason));
  }

  /** The error of a call that this platform cannot make. */
  static unsupported(message: string): ProfferError {
    return new ProfferError(new ConnectError(message, Code.Unimplemented));
  }
}
