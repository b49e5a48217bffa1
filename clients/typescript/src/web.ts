// SPDX-License-Identifier: Apache-2.0
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { originOf } from "./address.js";
import type { Options } from "./client.js";
import { Proffer } from "./client.js";

export * from "./shared.js";

/** Options of browsers. */
export interface WebOptions extends Options {
  /** Instead of that of the browser. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Access to the web edge at an address such as https://shop.example, by gRPC-Web. A page on another address must be among
 * the web edge's allowed origins.
 */
export function connect(address: string, options: WebOptions = {}): Proffer {
  const baseUrl = originOf(address, options.token !== undefined);
  return new Proffer(
    {
      bidirectional: false,
      transport: (interceptors, defaultTimeoutMs) =>
        createGrpcWebTransport({
          baseUrl,
          interceptors,
          defaultTimeoutMs,
          ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
        }),
    },
    options,
  );
}
