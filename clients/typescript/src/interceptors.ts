// SPDX-License-Identifier: Apache-2.0
import type { Interceptor, StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { ProfferError } from "./errors.js";
import { serviceConfig } from "./gen/service-config.js";

/** A bearer token, or a function that is asked for one before each call. */
export type TokenSource = string | (() => string | Promise<string>);

/**
 * Every failure becomes a `ProfferError`, also one in the middle of a stream. It is around the transport, because deadlines
 * end calls outside of all interceptors.
 */
export function withTypedErrors(transport: Transport): Transport {
  return {
    async unary(method, signal, timeoutMs, header, input, values) {
      try {
        return await transport.unary(method, signal, wholeMillis(timeoutMs), header, input, values);
      } catch (failure) {
        throw ProfferError.from(failure);
      }
    },
    async stream(method, signal, timeoutMs, header, input, values) {
      try {
        const response = await transport.stream(method, signal, wholeMillis(timeoutMs), header, input, values);
        return { ...response, message: typedStream(response.message) };
      } catch (failure) {
        throw ProfferError.from(failure);
      }
    },
  };
}

/** A deadline as it can be sent: servers refuse parts of a millisecond. */
function wholeMillis(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs !== undefined && timeoutMs > 0 && timeoutMs < 1) {
    throw new ConnectError("the deadline passed before the call was sent", Code.DeadlineExceeded);
  }
  return timeoutMs === undefined ? undefined : Math.ceil(timeoutMs);
}

async function* typedStream<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (failure) {
    throw ProfferError.from(failure);
  }
}

/** Sends a token with each call. */
export function withToken(token: TokenSource): Interceptor {
  return (next) => async (request) => {
    request.header.set("authorization", `Bearer ${typeof token === "string" ? token : await token()}`);
    return next(request);
  };
}

interface RetryPolicy {
  readonly maxAttempts: number;
  readonly initialBackoff: string;
  readonly maxBackoff: string;
  readonly backoffMultiplier: number;
  readonly retryableStatusCodes: readonly string[];
}

interface ServiceConfig {
  readonly methodConfig: readonly {
    readonly name: readonly { readonly service: string; readonly method: string }[];
    readonly retryPolicy: RetryPolicy;
  }[];
  readonly retryThrottling: { readonly maxTokens: number; readonly tokenRatio: number };
}

/**
 * Repeats calls as a service config of gRPC says, which connect does not read by itself
 * (https://github.com/grpc/proposal/blob/master/A6-client-retries.md): backoff with full jitter, pushback by the server,
 * and one budget of tokens for all calls of a client, so that an outage is not met with a multiple of the load.
 */
export function withRetries(
  config: ServiceConfig = serviceConfig,
  random: () => number = Math.random,
  sleep: (ms: number, signal: AbortSignal) => Promise<void> = pause,
): Interceptor {
  const policies = new Map(
    config.methodConfig.flatMap(({ name, retryPolicy }) =>
      name.map(({ service, method }) => [`${service}/${method}`, retryPolicy] as const),
    ),
  );
  const { maxTokens, tokenRatio } = config.retryThrottling;
  let tokens = maxTokens;
  return (next) => async (request) => {
    const policy = policies.get(`${request.service.typeName}/${request.method.name}`);
    if (policy === undefined || request.stream) {
      return next(request);
    }
    for (let attempt = 1; ; attempt++) {
      try {
        const response: UnaryResponse | StreamResponse = await next(request);
        tokens = Math.min(maxTokens, tokens + tokenRatio);
        return response;
      } catch (thrown) {
        const failure = ConnectError.from(thrown);
        const mayHelp = policy.retryableStatusCodes.includes(statusName(failure.code));
        const pushback = pushbackMs(failure);
        if (mayHelp || pushback !== undefined) {
          tokens = Math.max(0, tokens - 1);
        }
        if (
          !mayHelp ||
          attempt >= policy.maxAttempts ||
          tokens <= maxTokens / 2 ||
          request.signal.aborted ||
          Number.isNaN(pushback)
        ) {
          throw failure;
        }
        const backoff = Math.min(
          milliseconds(policy.initialBackoff) * policy.backoffMultiplier ** (attempt - 1),
          milliseconds(policy.maxBackoff),
        );
        await sleep(pushback ?? random() * backoff, request.signal);
      }
    }
  };
}

/** How long the server wants to be left alone: undefined when it did not say, NaN when it wants no repetition. */
function pushbackMs(failure: ConnectError): number | undefined {
  const text = failure.metadata.get("grpc-retry-pushback-ms");
  return text === null ? undefined : /^\d+$/.test(text) ? Number(text) : NaN;
}

/** INVALID_ARGUMENT for Code.InvalidArgument. */
export function statusName(code: Code): string {
  return code === Code.Canceled ? "CANCELLED" : Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function milliseconds(duration: string): number {
  return Number(duration.slice(0, -1)) * 1000;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", gone);
    function done(): void {
      signal.removeEventListener("abort", gone);
      resolve();
    }
    function gone(): void {
      clearTimeout(timer);
      reject(ConnectError.from(signal.reason, Code.Canceled));
    }
  });
}
