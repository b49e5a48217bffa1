// SPDX-License-Identifier: Apache-2.0
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { originOf } from "./address.js";
import type { Options } from "./client.js";
import { Proffer } from "./client.js";

export * from "./shared.js";

/** Options of Node.js. */
export interface NodeOptions extends Options {
  /** PEM of the authorities to trust, instead of those that Node.js brings. */
  readonly rootCertificates?: string;
}

/** A client that can be closed; one that is not keeps no program from ending. */
export interface NodeProffer extends Proffer {
  /** Ends the connection; calls under way are cancelled. */
  close(): void;
}

/**
 * Access to the server at an address such as http://127.0.0.1:9090, or https://… with TLS, by gRPC. It does not connect
 * yet: the first call does.
 */
export function connect(address: string, options: NodeOptions = {}): NodeProffer {
  const baseUrl = originOf(address, options.token !== undefined);
  const sessionManager = new Http2SessionManager(
    baseUrl,
    {},
    options.rootCertificates === undefined ? {} : { ca: options.rootCertificates },
  );
  const proffer = new Proffer(
    {
      bidirectional: true,
      transport: (interceptors, defaultTimeoutMs) =>
        createGrpcTransport({ baseUrl, interceptors, defaultTimeoutMs, sessionManager }),
    },
    options,
  );
  return Object.assign(proffer, { close: () => sessionManager.abort() });
}
