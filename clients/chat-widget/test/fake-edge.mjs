// SPDX-License-Identifier: Apache-2.0
// A web edge that says what a test wants, and a page of a shop at another origin that carries the script tag.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";

const BUNDLE = readFileSync(new URL("../target/files/widget/proffer-chat.js", import.meta.url));
const CHAT = "/proffer.chatbot.v1.ChatService/";

function frame(flags, text) {
  const body = Buffer.from(text);
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`)));
}

/** What the edge is told: answer(turn, edge) gives {pieces, done} or {status, message}; turns and events are what GetConversation and WatchConversation say. */
export async function fakeEdge({ page = "", script = "", attributes = "", html = 'lang="en"' } = {}) {
  const edge = {
    asked: [], feedback: [], turns: [], watchers: new Set(), down: false, pieceMs: 0,
    answer: (turn) => ({ done: { text: `You said: ${turn.text}`, language: "en", grounded: true } }),
  };
  const hanging = new Set();
  const server = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") {
      return response.writeHead(204).end();
    }
    if (request.url === "/widget/proffer-chat.js") {
      return response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(BUNDLE);
    }
    if (!request.url.startsWith(CHAT)) {
      return response.writeHead(404).end();
    }
    if (edge.down) {
      return request.socket.destroy();
    }
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const streams = request.headers["content-type"] === "application/grpc-web+json";
    const message = JSON.parse(streams ? bytes.subarray(5) : bytes);
    const method = request.url.slice(CHAT.length);
    if (method === "GetConversation") {
      const known = edge.turns.length > 0 && message.conversationId === "c-1";
      response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
      return response.end(JSON.stringify(known ? { turns: edge.turns } : { code: "not_found", message: "unknown" }));
    }
    if (method === "SendFeedback") {
      edge.feedback.push(message);
      return response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }
    response.writeHead(200, { "content-type": "application/grpc-web+json" });
    const write = (piece) => response.write(frame(0, JSON.stringify(piece)));
    if (method === "WatchConversation") {
      edge.watchedAfter = message.afterSequence;
      edge.watchers.add(write);
      hanging.add(response);
      response.on("close", () => {
        edge.watchers.delete(write);
        hanging.delete(response);
      });
      return write({ heartbeat: true });
    }
    const { turn } = message;
    edge.asked.push(turn);
    write({ typing: true });
    const { pieces = [], done, status, message: why = "" } = await edge.answer(turn, edge);
    for (const piece of pieces) {
      await pause(edge.pieceMs);
      write(piece);
    }
    if (status) {
      return response.end(frame(0x80, `grpc-status: ${status}\r\ngrpc-message: ${encodeURIComponent(why)}\r\n`));
    }
    write({ done: { conversationId: "c-1", turnId: turn.turnId, ...done } });
    response.end(frame(0x80, "grpc-status: 0\r\n"));
  });
  const host = createServer((request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    // The strict policy that our documents promise to be enough.
    response.setHeader("content-security-policy",
      `default-src 'none'; script-src ${edge.address} 'nonce-page'; style-src 'none'; img-src 'self' ${edge.address}; connect-src ${edge.address}; require-trusted-types-for 'script'`);
    response.end(`<!doctype html><html ${html}><head><title>A shop</title><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>A shop</h1><p>Things to buy.</p><button id="elsewhere">Elsewhere</button></main>${page}
<script nonce="page">${script}</script>
<script async src="${edge.address}/widget/proffer-chat.js" ${attributes}></script></body></html>`);
  });
  edge.address = await listen(server);
  edge.page = await listen(host);
  edge.tell = (event) => edge.watchers.forEach((write) => write(event));
  edge.hangUp = () => hanging.forEach((response) => response.destroy());
  edge.close = async () => {
    for (const each of [server, host]) {
      each.closeAllConnections();
      await new Promise((resolve) => each.close(resolve));
    }
  };
  return edge;
}
