// SPDX-License-Identifier: Apache-2.0
// Runs the conformance scenario with the client of Node.js or of browsers and writes what it got.
import { readFileSync, writeFileSync } from "node:fs";
import type { DescMessage, JsonObject, MessageShape } from "@bufbuild/protobuf";
import { fromJson, toJson } from "@bufbuild/protobuf";
import type { CallOptions } from "@connectrpc/connect";
import type { FeatureMatrix, FeatureValue, Proffer } from "@proffer/client";
import { Cart, connect as connectNode, events, featureRow, ProfferError, statusName } from "@proffer/client";
import { connect as connectWeb } from "@proffer/client/web";
import { ChatResponseSchema, StreamChatResponseSchema } from "@proffer/client/gen/proffer/chatbot/v1/chat_service_pb";
import type { Event } from "@proffer/client/gen/proffer/featurestore/v1/event_pb";
import {
  GetOnlineFeaturesResponseSchema,
  IngestResultSchema,
  WriteResultSchema,
} from "@proffer/client/gen/proffer/featurestore/v1/feature_store_service_pb";
import { ValueSchema } from "@proffer/client/gen/proffer/featurestore/v1/value_pb";
import { OfferSchema, PromotionSchema } from "@proffer/client/gen/proffer/promotion/v1/promotion_pb";
import { EvaluateCartResponseSchema } from "@proffer/client/gen/proffer/promotion/v1/promotion_service_pb";
import { ItemSchema } from "@proffer/client/gen/proffer/ranker/v1/catalogue_service_pb";
import {
  ItemFilterSchema,
  RankResponseSchema,
  RecommendResponseSchema,
  SearchItemsResponseSchema,
  SimilarItemsResponseSchema,
} from "@proffer/client/gen/proffer/ranker/v1/recommender_service_pb";

// What the scenario says is checked by the server.
type Given = any;
type Step = { readonly name: string; readonly call: string; readonly with: Given };

/** The arguments of a call as its options. */
function options(given: Given): Given {
  const { at, filter, timeoutMs: _, ...rest } = given;
  return {
    ...rest,
    ...(at === undefined ? {} : { at: new Date(at) }),
    ...(filter === undefined ? {} : { filter: fromJson(ItemFilterSchema, filter) }),
  };
}

function event({ type, at, ...given }: Given): Event {
  const make = events[type as keyof typeof events] as (about: Given) => Event;
  const { unitPriceMinorUnits, ...about } = given;
  return make({
    ...about,
    at: new Date(at),
    ...(unitPriceMinorUnits === undefined ? {} : { unitPriceMinorUnits: BigInt(unitPriceMinorUnits) }),
  });
}

function row({ featureView, entityId, at, values }: Given) {
  const plain = Object.entries(values as Record<string, Record<string, unknown>>).map(([name, tagged]) => {
    const [kind, value] = Object.entries(tagged)[0]!;
    const given: FeatureValue =
      kind === "null"
        ? null
        : kind === "int64"
          ? BigInt(value as number)
          : kind === "float"
            ? fromJson(ValueSchema, { floatValue: value as number })
            : (value as FeatureValue);
    return [name, given] as const;
  });
  return featureRow(featureView, entityId, Object.fromEntries(plain), new Date(at));
}

function cart({ lines, codes = [], shippingMinorUnits = 0 }: Given): Cart {
  const filled = new Cart({ shippingMinorUnits: BigInt(shippingMinorUnits) }).code(...codes);
  for (const line of lines) {
    const price = line.unitPriceMinorUnits;
    filled.add(line.itemId, line.quantity, price === undefined ? undefined : BigInt(price));
  }
  return filled;
}

function matrix(found: FeatureMatrix): JsonObject {
  const { values, rows } = found.dense();
  return {
    features: found.features,
    rows,
    values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
    nulls: found.candidates.flatMap((block) =>
      Array.from({ length: block.values.length }, (_, cell) =>
        block.isNull(Math.floor(cell / block.features.length), cell % block.features.length),
      ),
    ),
    statuses: found.candidates.map((block) => Array.from({ length: block.rows }, (_, row) => block.status(row))),
    texts: Object.fromEntries(
      found.candidates.flatMap((block) =>
        block.message.columns.map(({ feature }) => [
          feature,
          block.column(feature)!.map((value) => toJson(ValueSchema, value)),
        ]),
      ),
    ),
    featureSetHash: found.featureSetHash,
  };
}

async function all<S extends DescMessage>(schema: S, found: AsyncIterable<MessageShape<S>>): Promise<Given[]> {
  const list = [];
  for await (const message of found) {
    list.push(toJson(schema, message));
  }
  return list;
}

async function made(proffer: Proffer, call: string, given: Given): Promise<unknown> {
  const how: CallOptions = given.timeoutMs === undefined ? {} : { timeoutMs: given.timeoutMs };
  switch (call) {
    case "recommend":
      return toJson(RecommendResponseSchema, await proffer.recommend(options(given), how));
    case "rank":
      return toJson(RankResponseSchema, await proffer.rank(given.candidateIds, options(given)));
    case "similarItems":
      return toJson(SimilarItemsResponseSchema, await proffer.similarItems(given.itemId, options(given)));
    case "searchItems":
      return toJson(SearchItemsResponseSchema, await proffer.searchItems(given.query, options(given)));
    case "evaluateCart":
      return toJson(
        EvaluateCartResponseSchema,
        await proffer.evaluateCart(cart(given), { userId: given.userId, explain: given.explain ?? false }),
      );
    case "record":
      return { results: (await proffer.record(given.events.map(event))).map((one) => toJson(IngestResultSchema, one)) };
    case "writeFeatures":
      return {
        results: (await proffer.writeFeatures(given.rows.map(row))).map((one) => toJson(WriteResultSchema, one)),
      };
    case "streamFeatures":
      return { results: await all(WriteResultSchema, proffer.streamFeatures(given.rows.map(row))) };
    case "featureMatrix":
      return matrix(
        await proffer.featureMatrix(given.featureSet, given.candidateIds, { contextEntityId: given.contextEntityId }),
      );
    case "onlineFeatures":
      return toJson(
        GetOnlineFeaturesResponseSchema,
        await proffer.onlineFeatures(given.features, given.entityIds),
      );
    case "listOffers":
      return { entries: await all(OfferSchema, proffer.listOffers(options(given))) };
    case "listPromotions":
      return { entries: await all(PromotionSchema, proffer.listPromotions(given)) };
    case "listItems":
      return { entries: await all(ItemSchema, proffer.listItems(given)) };
    case "chat": {
      const { text, ...about } = given;
      return toJson(ChatResponseSchema, await proffer.chat(text, about));
    }
    case "chatStream": {
      const { text, ...about } = given;
      const pieces = await all(StreamChatResponseSchema, proffer.chatStream(text, about));
      const last = pieces.at(-1);
      const whole = pieces.map((piece) => piece.text ?? "").join("");
      return { pieces, last, textIsWhole: whole === last.done.text };
    }
    default:
      throw new Error(`call: "${call}"`);
  }
}

function failure(error: ProfferError): unknown {
  const { request_id: _, ...metadata } = error.info;
  return { error: { code: statusName(error.code), reason: error.reason, fields: error.fields, metadata } };
}

const [kind, address, web, scenario, run, out] = process.argv.slice(2) as [string, string, string, string, string, string];
const steps: Step[] = JSON.parse(readFileSync(scenario, "utf8").replaceAll("${run}", run)).steps;
const proffer = kind === "web" ? connectWeb(web, { timeoutMs: 30_000 }) : connectNode(address, { timeoutMs: 30_000 });
const results = [];
for (const step of steps) {
  try {
    results.push(await made(proffer, step.call, step.with));
  } catch (error) {
    if (!(error instanceof ProfferError)) {
      throw error;
    }
    results.push(failure(error));
  }
}
writeFileSync(out, JSON.stringify(results, null, 1));
if ("close" in proffer) {
  (proffer.close as () => void)();
}
