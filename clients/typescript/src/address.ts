// SPDX-License-Identifier: Apache-2.0

/** Checks an address and gives its origin. A token never travels in clear over a network. */
export function originOf(address: string, hasToken: boolean): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new TypeError(expected(address));
  }
  if ((url.protocol !== "http:" && url.protocol !== "https:") || url.pathname !== "/" || url.search !== "") {
    throw new TypeError(expected(address));
  }
  if (hasToken && url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new TypeError(`token: would travel in clear to ${url.host} (expected https:// or a loopback address)`);
  }
  return url.origin;
}

function expected(address: string): string {
  return `address: "${address}" (expected http://host:port or https://host:port)`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
