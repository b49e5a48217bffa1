// SPDX-License-Identifier: Apache-2.0
// The client of Node.js against a real HTTP/2 server whose handlers the tests give.
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer } from "node:http2";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { NodeOptions, NodeProffer } from "@proffer/client/node";
import { connect, ErrorReason, events, FeatureMatrix, featureRow, ProfferError } from "@proffer/client/node";
import { connect as connectWeb } from "@proffer/client/web";
import { serviceConfig } from "@proffer/client/gen/service-config";
import * as chats from "@proffer/client/gen/proffer/chatbot/v1/chat_service_pb";
import * as languages from "@proffer/client/gen/proffer/chatbot/v1/language_service_pb";
import * as experiments from "@proffer/client/gen/proffer/experiment/v1/experiment_service_pb";
import * as registry from "@proffer/client/gen/proffer/featurestore/v1/feature_registry_service_pb";
import * as features from "@proffer/client/gen/proffer/featurestore/v1/feature_store_service_pb";
import * as insight from "@proffer/client/gen/proffer/insight/v1/insight_service_pb";
import * as ledger from "@proffer/client/gen/proffer/promotion/v1/ledger_service_pb";
import * as promotions from "@proffer/client/gen/proffer/promotion/v1/promotion_service_pb";
import * as catalogue from "@proffer/client/gen/proffer/ranker/v1/catalogue_service_pb";
import * as recommender from "@proffer/client/gen/proffer/ranker/v1/recommender_service_pb";
import { BadRequestSchema, ErrorInfoSchema } from "@proffer/client/gen/google/rpc/error_details_pb";

async function against(
  routes: (router: ConnectRouter) => void,
  use: (proffer: NodeProffer, address: string) => Promise<void>,
  options: NodeOptions = {},
): Promise<void> {
  const server = createServer(connectNodeAdapter({ routes }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proffer = connect(address, options);
  try {
    await use(proffer, address);
  } finally {
    proffer.close();
    server.close();
  }
}

test("the service config names methods of the contract", () => {
  const services = new Map(
    [chats, languages, experiments, registry, features, insight, ledger, promotions, catalogue, recommender]
      .flatMap((module) => Object.values(module as Record<string, unknown>))
      .filter((each): each is { kind: "service"; typeName: string; methods: { name: string }[] } =>
        (each as { kind?: string }).kind === "service",
      )
      .map((service) => [service.typeName, service.methods.map(({ name }) => name)]),
  );
  const named = serviceConfig.methodConfig.flatMap(({ name }) => name);
  assert.ok(named.length > 20);
  for (const { service, method } of named) {
    assert.ok(services.get(service)?.includes(method), `${service}/${method}`);
  }
});

test("a call that is safe to repeat is repeated as the same call", async () => {
  const seen: string[] = [];
  await against(
    (router) =>
      router.rpc(recommender.RecommenderService.method.recommend, ({ requestId }) => {
        seen.push(requestId);
        if (seen.length < 3) {
          throw new ConnectError("not yet", Code.Unavailable);
        }
        return { requestId };
      }),
    async (proffer) => {
      assert.equal((await proffer.recommend({ userId: "u-1" })).requestId, seen[0]);
    },
  );
  assert.equal(seen.length, 3);
  assert.equal(new Set(seen).size, 1);
});

test("a call that changes something is not repeated", async () => {
  let calls = 0;
  await against(
    (router) =>
      router.rpc(catalogue.CatalogueService.method.upsertItems, () => {
        calls++;
        throw new ConnectError("not yet", Code.Unavailable);
      }),
    async (proffer) => {
      await assert.rejects(proffer.service(catalogue.CatalogueService).upsertItems({}), ProfferError);
    },
  );
  assert.equal(calls, 1);
});

test("an outage is not met with a multiple of the load", async () => {
  let calls = 0;
  await against(
    (router) =>
      router.rpc(recommender.RecommenderService.method.recommend, () => {
        calls++;
        throw new ConnectError("down", Code.Unavailable);
      }),
    async (proffer) => {
      for (let i = 0; i < 30; i++) {
        await assert.rejects(proffer.recommend());
      }
    },
  );
  // Ten failures use up half of the 20 tokens; from then on every call is made once.
  assert.ok(calls >= 30 && calls <= 40, `${calls} calls`);
});

test("the server may say that a call is not to be repeated", async () => {
  let calls = 0;
  await against(
    (router) =>
      router.rpc(recommender.RecommenderService.method.recommend, () => {
        calls++;
        throw new ConnectError("down", Code.Unavailable, { "grpc-retry-pushback-ms": "-1" });
      }),
    async (proffer) => {
      await assert.rejects(proffer.recommend());
    },
  );
  assert.equal(calls, 1);
});

test("every call has a deadline and the token of the moment", async () => {
  const seen: { token: string | null; timeoutMs: number | undefined }[] = [];
  const tokens = ["one", "two"];
  await against(
    (router) =>
      router.rpc(recommender.RecommenderService.method.recommend, (_, context) => {
        seen.push({ token: context.requestHeader.get("authorization"), timeoutMs: context.timeoutMs() });
        return {};
      }),
    async (proffer) => {
      await proffer.recommend();
      await proffer.recommend({}, { timeoutMs: 30_000 });
    },
    { token: () => Promise.resolve(tokens.shift()!) },
  );
  assert.deepEqual(
    seen.map(({ token }) => token),
    ["Bearer one", "Bearer two"],
  );
  assert.ok(seen[0]!.timeoutMs! <= 5_000);
  assert.ok(seen[1]!.timeoutMs! > 5_000 && seen[1]!.timeoutMs! <= 30_000);
});

test("a token does not travel in clear", () => {
  for (const open of [connect, connectWeb]) {
    assert.throws(() => open("http://shop.example:9090", { token: "secret" }), /token: would travel in clear/);
    open("https://shop.example", { token: "secret" });
  }
});

test("an address that is none is refused", () => {
  for (const address of ["127.0.0.1:9090", "ftp://host:1", "http://", "http://host/path", "http://host:port"]) {
    assert.throws(() => connect(address), /address: /);
  }
});

test("errors say why and which fields, also in a stream", async () => {
  const refuse = () => {
    throw new ConnectError("k: too small", Code.InvalidArgument, undefined, [
      { desc: ErrorInfoSchema, value: { reason: "INVALID_FIELD", domain: "proffer.dev", metadata: { field: "k" } } },
      { desc: BadRequestSchema, value: { fieldViolations: [{ field: "k", description: "too small" }] } },
    ]);
  };
  await against(
    (router) => {
      router.rpc(recommender.RecommenderService.method.recommend, refuse);
      router.rpc(chats.ChatService.method.streamChat, async function* () {
        yield { piece: { case: "typing" as const, value: true } };
        refuse();
      });
    },
    async (proffer) => {
      for (const call of [
        () => proffer.recommend({ k: 0 }),
        async () => {
          for await (const _ of proffer.chatStream("hello")) {
            // It fails after the first piece.
          }
        },
      ]) {
        await assert.rejects(call, (error) => {
          assert.ok(error instanceof ProfferError);
          assert.equal(error.code, Code.InvalidArgument);
          assert.ok(error.is(ErrorReason.INVALID_FIELD) && !error.is(ErrorReason.UNKNOWN_ITEM));
          assert.deepEqual(error.fields, [{ field: "k", description: "too small" }]);
          assert.deepEqual(error.info, { field: "k" });
          return true;
        });
      }
      assert.ok(!(new ConnectError("other") instanceof ProfferError));
    },
  );
});

test("a deadline is a typed error, in a call and in a stream", async () => {
  const never = (signal: AbortSignal) => new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  await against(
    (router) => {
      router.rpc(recommender.RecommenderService.method.recommend, (_, context) => never(context.signal));
      router.rpc(chats.ChatService.method.streamChat, async function* (_, context) {
        yield { piece: { case: "typing" as const, value: true } };
        await never(context.signal);
      });
    },
    async (proffer) => {
      const late = (error: unknown) => error instanceof ProfferError && error.code === Code.DeadlineExceeded;
      await assert.rejects(proffer.recommend({}, { timeoutMs: 20 }), late);
      await assert.rejects(proffer.recommend({}, { timeoutMs: 20.5 }), late);
      await assert.rejects(proffer.recommend({}, { timeoutMs: 0.001 }), late);
      await assert.rejects(async () => {
        for await (const _ of proffer.chatStream("hello", {}, { timeoutMs: 200 })) {
          // It ends after the first piece.
        }
      }, late);
    },
  );
});

test("pages are fetched as they are needed", async () => {
  const asked: string[] = [];
  await against(
    (router) =>
      router.rpc(promotions.PromotionService.method.listPromotions, ({ pageToken }) => {
        asked.push(pageToken);
        const page = Number(pageToken);
        return { promotions: [{ promotionId: `p-${page}` }], nextPageToken: page < 2 ? `${page + 1}` : "" };
      }),
    async (proffer) => {
      for await (const first of proffer.listPromotions()) {
        assert.equal(first.promotionId, "p-0");
        break;
      }
      assert.deepEqual(asked, [""]);
      const ids = [];
      for await (const promotion of proffer.listPromotions({ pageSize: 1 })) {
        ids.push(promotion.promotionId);
      }
      assert.deepEqual(ids, ["p-0", "p-1", "p-2"]);
    },
  );
});

test("events and rows are sent in batches and answered one by one", async () => {
  const sizes: number[] = [];
  await against(
    (router) => {
      router.rpc(features.FeatureStoreService.method.ingestEvents, (request) => {
        sizes.push(request.events.length);
        return { results: request.events.map(({ itemId }) => ({ reason: itemId })) };
      });
      router.rpc(features.FeatureStoreService.method.streamFeatures, async function* (requests) {
        for await (const { sequence, rows } of requests) {
          yield { sequence, results: rows.map(({ entityId }) => ({ reason: entityId })) };
        }
      });
    },
    async (proffer) => {
      const many = Array.from({ length: 1_500 }, (_, i) => events.click({ itemId: `${i}`, userId: "u-1" }));
      const results = await proffer.record(many);
      assert.deepEqual(sizes, [1_000, 500]);
      assert.deepEqual(
        results.map(({ reason }) => reason),
        many.map(({ itemId }) => itemId),
      );
      let seen = 0;
      const rows = many.map(({ itemId }) => featureRow("v", itemId, { f: 1.5 }));
      for await (const { reason } of proffer.streamFeatures(rows)) {
        assert.equal(reason, `${seen++}`);
      }
      assert.equal(seen, 1_500);
    },
  );
});

test("a matrix is a view of the bytes that were received", () => {
  const bytes = new Uint8Array(new Float32Array([1.5, NaN, 3, -4]).buffer);
  const block = create(features.FeatureBlockSchema, {
    featureView: "item",
    features: ["a", "b"],
    rows: 2,
    valuesF32Le: bytes,
    rowStatuses: new Uint8Array([1, 1]),
    nullBitmap: new Uint8Array([2]),
  });
  const context = create(features.FeatureBlockSchema, {
    featureView: "user",
    features: ["c"],
    rows: 1,
    valuesF32Le: new Uint8Array(new Float32Array([7]).buffer),
  });
  const matrix = new FeatureMatrix(
    create(features.GetFeatureMatrixResponseSchema, { context: [context], candidates: [block] }),
  );
  const received = matrix.candidates[0]!;
  assert.equal(received.values.buffer, bytes.buffer);
  assert.ok(received.isNull(0, 1) && !received.isNull(1, 1));
  assert.deepEqual(matrix.features, ["user:c", "item:a", "item:b"]);
  assert.deepEqual(Array.from(matrix.dense().values), [7, 1.5, NaN, 7, 3, -4]);
  // Bytes that do not start at a multiple of four are copied as a whole, not misread.
  const shifted = new Uint8Array(17);
  shifted.set(bytes, 1);
  const odd = create(features.FeatureBlockSchema, { ...block, valuesF32Le: shifted.subarray(1) });
  const read = new FeatureMatrix(create(features.GetFeatureMatrixResponseSchema, { candidates: [odd] }));
  assert.deepEqual(Array.from(read.candidates[0]!.values), [1.5, NaN, 3, -4]);
  assert.ok(toBinary(features.FeatureBlockSchema, odd).length > 0);
});
