// SPDX-License-Identifier: Apache-2.0
// Calls to the web edge: JSON for one reply, gRPC-Web with JSON messages for a stream of them. Both need nothing but fetch,
// so that the bundle carries neither a protobuf runtime nor generated code.

/** What a call failed with: the code of gRPC, and whether trying again can help. */
export class EdgeError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
  ) {
    super(message);
  }
}

const CODES = [
  "ok", "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied",
  "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable",
  "data_loss", "unauthenticated",
];
const RETRYABLE = new Set(["unavailable", "deadline_exceeded", "resource_exhausted", "aborted", "unknown", "internal", "canceled"]);
const FRAME_BYTES_MAX = 1 << 20;
const TRAILERS = 0x80;

export type Json = Record<string, any>;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  token?: (() => string | Promise<string>) | undefined;
}

async function send(server: string, method: string, type: string, body: BodyInit, options: CallOptions) {
  const headers: Record<string, string> = { "content-type": type };
  if (type !== "application/json") {
    headers["x-grpc-web"] = "1";
  }
  const token = await options.token?.();
  if (token) {
    headers["authorization"] = `Bearer ${token}`;
  }
  try {
    return await fetch(`${server}/${method}`, {
      method: "POST",
      headers,
      body,
      credentials: "omit",
      signal: signal(options),
    });
  } catch (error) {
    throw failed(error, options);
  }
}

function signal({ signal, timeoutMs }: CallOptions): AbortSignal | null {
  const all = [...(signal ? [signal] : []), ...(timeoutMs ? [AbortSignal.timeout(timeoutMs)] : [])];
  return all.length > 1 ? AbortSignal.any(all) : (all[0] ?? null);
}

function failed(error: unknown, { signal }: CallOptions): EdgeError {
  if (error instanceof EdgeError) {
    return error;
  }
  if (signal?.aborted) {
    return new EdgeError("canceled", "canceled", false);
  }
  return new EdgeError("unavailable", error instanceof Error ? error.message : "unreachable", true);
}

/** One request, one reply. */
export async function unary<R = Json>(server: string, method: string, request: Json, options: CallOptions = {}): Promise<R> {
  const response = await send(server, method, "application/json", JSON.stringify(request), { timeoutMs: 15_000, ...options });
  let reply: Json | undefined;
  try {
    reply = await response.json();
  } catch (error) {
    if (response.ok) {
      throw failed(error, options);
    }
  }
  if (!response.ok) {
    const code = typeof reply?.["code"] === "string" ? reply["code"] : httpCode(response.status);
    throw new EdgeError(code, String(reply?.["message"] ?? response.status), RETRYABLE.has(code));
  }
  return reply as R;
}

function httpCode(status: number): string {
  return status === 429 ? "resource_exhausted" : status >= 500 ? "unavailable" : status === 404 ? "not_found" : "invalid_argument";
}

/** One request, replies as they come. A frame is a byte of flags, four bytes of length, and that many bytes of JSON. */
export async function* stream<R = Json>(
  server: string,
  method: string,
  request: Json,
  options: CallOptions = {},
): AsyncGenerator<R> {
  const json = new TextEncoder().encode(JSON.stringify(request));
  const frame = new Uint8Array(5 + json.length);
  new DataView(frame.buffer).setUint32(1, json.length);
  frame.set(json, 5);
  const response = await send(server, method, "application/grpc-web+json", frame, options);
  if (!response.ok || !response.body) {
    const code = httpCode(response.status);
    throw new EdgeError(code, `HTTP ${response.status}`, RETRYABLE.has(code));
  }
  check(response.headers.get("grpc-status"), response.headers.get("grpc-message"));
  const reader = response.body.getReader();
  let held = new Uint8Array(0);
  let ended = false;
  try {
    while (!ended) {
      let read: ReadableStreamReadResult<Uint8Array>;
      try {
        read = await reader.read();
      } catch (error) {
        throw failed(error, options);
      }
      if (read.done) {
        break;
      }
      const more = new Uint8Array(held.length + read.value.length);
      more.set(held);
      more.set(read.value, held.length);
      held = more;
      while (held.length >= 5) {
        const length = new DataView(held.buffer, held.byteOffset).getUint32(1);
        if (length > FRAME_BYTES_MAX) {
          throw new EdgeError("internal", "a message is too large", false);
        }
        if (held.length < 5 + length) {
          break;
        }
        const text = new TextDecoder().decode(held.subarray(5, 5 + length));
        const flags = held[0]!;
        held = held.slice(5 + length);
        if (flags & TRAILERS) {
          ended = true;
          const trailers = new Map(
            text.split("\r\n").map((line) => {
              const colon = line.indexOf(":");
              return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
            }),
          );
          check(trailers.get("grpc-status") ?? null, trailers.get("grpc-message") ?? null);
        } else {
          yield JSON.parse(text) as R;
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
  if (!ended) {
    throw new EdgeError("unavailable", "the stream broke off", true);
  }
}

function check(status: string | null, message: string | null): void {
  if (status !== null && status !== "0") {
    const code = CODES[Number(status)] ?? "unknown";
    let text = message ?? code;
    try {
      text = decodeURIComponent(text);
    } catch {
      // It is not percent-encoded; then it is what it is.
    }
    throw new EdgeError(code, text, RETRYABLE.has(code));
  }
}
