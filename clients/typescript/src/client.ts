// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, DescMethodUnary, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { CallOptions, Client, Interceptor, Transport } from "@connectrpc/connect";
import { createClient } from "@connectrpc/connect";
import type { Cart } from "./cart.js";
import type { FeatureValue } from "./features.js";
import { FeatureMatrix, valueOf } from "./features.js";
import type { ChatResponse, StreamChatResponse } from "./gen/proffer/chatbot/v1/chat_service_pb.js";
import { ChatRequestSchema, ChatService } from "./gen/proffer/chatbot/v1/chat_service_pb.js";
import type { Event } from "./gen/proffer/featurestore/v1/event_pb.js";
import type {
  FeatureRow,
  GetOnlineFeaturesResponse,
  IngestResult,
  WriteResult,
} from "./gen/proffer/featurestore/v1/feature_store_service_pb.js";
import {
  FeatureStoreService,
  StreamFeaturesRequestSchema,
} from "./gen/proffer/featurestore/v1/feature_store_service_pb.js";
import type { ItemSelectorSchema, Offer, Promotion, PromotionType } from "./gen/proffer/promotion/v1/promotion_pb.js";
import type { EvaluateCartResponse, PersonSchema } from "./gen/proffer/promotion/v1/promotion_service_pb.js";
import { PromotionService } from "./gen/proffer/promotion/v1/promotion_service_pb.js";
import type { Item } from "./gen/proffer/ranker/v1/catalogue_service_pb.js";
import { CatalogueService } from "./gen/proffer/ranker/v1/catalogue_service_pb.js";
import type {
  ItemFilterSchema,
  RankResponse,
  RecommendResponse,
  SearchItemsResponse,
  SimilarItemsResponse,
} from "./gen/proffer/ranker/v1/recommender_service_pb.js";
import { RecommenderService } from "./gen/proffer/ranker/v1/recommender_service_pb.js";
import type { TokenSource } from "./interceptors.js";
import { withRetries, withToken, withTypedErrors } from "./interceptors.js";
import { uuid } from "./uuid.js";

/** How a client calls. */
export interface Options {
  /** Sent as bearer token with each call. It is never sent in clear over a network. */
  readonly token?: TokenSource;
  /** How long a call may take, its repetitions included; 5 s unless it is given. */
  readonly timeoutMs?: number;
  /** How long a stream may take; 60 s unless it is given. */
  readonly streamTimeoutMs?: number;
  /** Seen by every call, before those of the client. */
  readonly interceptors?: readonly Interceptor[];
}

/** What the platform brings. */
export interface Platform {
  /** Whether it can send a stream of requests while it reads replies. */
  readonly bidirectional: boolean;
  transport(interceptors: Interceptor[], timeoutMs: number): Transport;
}

/** The moment of a request. */
export interface Moment {
  /** Where the person is, such as "app" or "web". */
  readonly channel?: string;
  /** ISO 3166 code. */
  readonly region?: string;
  /** Another time than now, for a preview. */
  readonly at?: Date;
}

/** The moment of a request for a page. */
export interface PageMoment extends Moment {
  /** "en" or "zh". */
  readonly language?: string;
  /** The page or placement, such as "home" or "cart". */
  readonly page?: string;
  readonly cartItemIds?: readonly string[];
}

type Filter = MessageInitShape<typeof ItemFilterSchema>;
type Person = MessageInitShape<typeof PersonSchema>;

export interface RecommendOptions extends PageMoment {
  /** The person; leave it out for somebody who is not signed in. */
  readonly userId?: string;
  readonly sessionId?: string;
  /** The number of items; 10 unless it is given. */
  readonly k?: number;
  /** The latest items of the session, oldest first, beyond what the event log knows. */
  readonly recentItemIds?: readonly string[];
  readonly filter?: Filter;
  /** Asks for reasons, sources and contributions. */
  readonly explain?: boolean;
  readonly requestId?: string;
  readonly person?: Person;
}

export interface RankOptions extends PageMoment {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly recentItemIds?: readonly string[];
  /** Cuts the reply; all candidates unless it is given. */
  readonly k?: number;
  readonly explain?: boolean;
  readonly requestId?: string;
}

export interface FindOptions extends Moment {
  readonly k?: number;
  readonly userId?: string;
  readonly filter?: Filter;
}

export interface CartOptions {
  readonly userId?: string;
  /** Who buys, as far as promotions ask; instead of userId. */
  readonly person?: Person;
  /** Asks for what does not apply, and what would make it apply. */
  readonly explain?: boolean;
  readonly at?: Date;
}

export interface ChatOptions {
  /** Continues a conversation. */
  readonly conversationId?: string;
  /** A second call with the same one gets the first answer. */
  readonly turnId?: string;
  readonly userId?: string;
  readonly sessionId?: string;
  readonly language?: string;
  readonly cart?: Cart;
  readonly channel?: string;
  readonly region?: string;
}

export interface MatrixOptions {
  /** The one entity whose features are the same for all rows. */
  readonly contextEntityId?: string;
  /** Pins the exact list of features. */
  readonly featureSetHash?: string;
  /** Tightens the max age of every view. */
  readonly maxAgeMs?: bigint;
  /** Values known only to the caller. */
  readonly requestFeatures?: Readonly<Record<string, FeatureValue>>;
}

export interface OfferOptions extends Moment {
  readonly userId?: string;
  readonly person?: Person;
  readonly filter?: MessageInitShape<typeof ItemSelectorSchema>;
  readonly types?: readonly PromotionType[];
  readonly upcomingWithinMs?: bigint;
  readonly pageSize?: number;
}

// The server takes 5,000 events or rows, and 4 MiB, in one request; the web edge takes 64 KiB unless it is told otherwise.
const BATCH_SIZE = 1_000;
const WEB_BATCH_SIZE = 100;

/**
 * Access to Proffer. One serves a whole program.
 *
 * Every call has a deadline, calls that are safe to repeat are repeated when the server cannot be reached, and every
 * failure is a `ProfferError`. The last argument of each method may hold a signal, a timeout or headers of this call.
 */
export class Proffer {
  /** What carries the calls; `service` makes clients on it. */
  readonly transport: Transport;

  readonly #platform: Platform;
  readonly #streamTimeoutMs: number;
  readonly #batchSize: number;

  constructor(platform: Platform, options: Options = {}) {
    this.#platform = platform;
    this.#streamTimeoutMs = options.streamTimeoutMs ?? 60_000;
    this.#batchSize = platform.bidirectional ? BATCH_SIZE : WEB_BATCH_SIZE;
    const interceptors = [...(options.interceptors ?? []), withRetries()];
    if (options.token !== undefined) {
      interceptors.push(withToken(options.token));
    }
    this.transport = withTypedErrors(platform.transport(interceptors, Math.ceil(options.timeoutMs ?? 5_000)));
  }

  /** Every rpc of a service, with the same deadlines, repetitions, token and errors. */
  service<S extends DescService>(service: S): Client<S> {
    return createClient(service, this.transport);
  }

  /**
   * Chooses items for a person or a session, priced after the best promotion that is legal for them. Send requestId of
   * the reply with the events that follow, so that the choice finds its reward.
   */
  recommend(options: RecommendOptions = {}, call?: CallOptions): Promise<RecommendResponse> {
    const { channel, region, at, language, page, cartItemIds, ...fields } = options;
    return this.service(RecommenderService).recommend(
      {
        k: 10,
        ...(fields as object),
        // Repeated after a broken connection, it is still one decision.
        requestId: options.requestId || uuid(),
        context: pageContext(options),
      },
      call,
    );
  }

  /** Orders candidates that the caller brings. */
  rank(candidateIds: readonly string[], options: RankOptions = {}, call?: CallOptions): Promise<RankResponse> {
    const { channel, region, at, language, page, cartItemIds, ...fields } = options;
    return this.service(RecommenderService).rank(
      {
        ...(fields as object),
        candidateIds: [...candidateIds],
        requestId: options.requestId || uuid(),
        context: pageContext(options),
      },
      call,
    );
  }

  /** Items like an item. */
  similarItems(itemId: string, options: FindOptions = {}, call?: CallOptions): Promise<SimilarItemsResponse> {
    const { channel, region, at, ...fields } = options;
    return this.service(RecommenderService).similarItems(
      { k: 10, ...fields, itemId, context: pageContext(options) },
      call,
    );
  }

  /** Items by text, in English and Chinese; an empty query lists what the filter allows. */
  searchItems(query: string, options: FindOptions = {}, call?: CallOptions): Promise<SearchItemsResponse> {
    const { channel, region, at, ...fields } = options;
    return this.service(RecommenderService).searchItems(
      { k: 10, ...fields, query, context: pageContext(options) },
      call,
    );
  }

  /**
   * Makes events durable, see `events`. There is one result for each, in order: a bad event does not stop the others.
   */
  async record(events: readonly Event[], call?: CallOptions): Promise<IngestResult[]> {
    const results: IngestResult[] = [];
    for (let start = 0; start < events.length; start += this.#batchSize) {
      const batch = events.slice(start, start + this.#batchSize);
      results.push(...(await this.service(FeatureStoreService).ingestEvents({ events: batch }, call)).results);
    }
    return results;
  }

  /** The best legal price of a cart. */
  evaluateCart(cart: Cart, options: CartOptions = {}, call?: CallOptions): Promise<EvaluateCartResponse> {
    return this.service(PromotionService).evaluateCart(
      {
        cart: cart.message,
        person: options.person ?? { userId: options.userId ?? "" },
        explain: options.explain ?? false,
        atUnixMs: unixMs(options.at),
      },
      call,
    );
  }

  /** Answers one turn of a shopper. */
  chat(text: string, options: ChatOptions = {}, call?: CallOptions): Promise<ChatResponse> {
    return this.service(ChatService).chat(turn(text, options), call);
  }

  /** Answers one turn piece by piece; the last piece is the whole answer. Leaving the loop ends the call. */
  chatStream(text: string, options: ChatOptions = {}, call?: CallOptions): AsyncIterable<StreamChatResponse> {
    return this.service(ChatService).streamChat({ turn: turn(text, options) }, this.#streaming(call));
  }

  /** The features of one context and up to 10,000 candidates, as dense blocks. */
  async featureMatrix(
    featureSet: string,
    candidateIds: readonly string[],
    options: MatrixOptions = {},
    call?: CallOptions,
  ): Promise<FeatureMatrix> {
    const { requestFeatures = {}, ...fields } = options;
    const reply = await this.service(FeatureStoreService).getFeatureMatrix(
      {
        ...fields,
        featureSet,
        candidateIds: [...candidateIds],
        requestFeatures: Object.fromEntries(
          Object.entries(requestFeatures).map(([name, value]) => [name, valueOf(value)]),
        ),
      },
      call,
    );
    return new FeatureMatrix(reply);
  }

  /** Typed values of features named "view:feature" for a list of entities. */
  onlineFeatures(
    features: readonly string[],
    entityIds: readonly string[],
    call?: CallOptions,
  ): Promise<GetOnlineFeaturesResponse> {
    return this.service(FeatureStoreService).getOnlineFeatures(
      { features: [...features], entityIds: [...entityIds] },
      call,
    );
  }

  /** Stores rows, see `featureRow`. There is one result for each, in order: a bad row does not stop the others. */
  async writeFeatures(rows: readonly FeatureRow[], call?: CallOptions): Promise<WriteResult[]> {
    const results: WriteResult[] = [];
    for (let start = 0; start < rows.length; start += this.#batchSize) {
      const batch = rows.slice(start, start + this.#batchSize);
      results.push(...(await this.service(FeatureStoreService).writeFeatures({ rows: batch }, call)).results);
    }
    return results;
  }

  /**
   * Stores any number of rows: a result for each, in order, while rows are still being sent. Rows are taken as the server
   * keeps up. Node.js sends them over one stream; browsers cannot, and send one batch after the other.
   */
  async *streamFeatures(
    rows: Iterable<FeatureRow> | AsyncIterable<FeatureRow>,
    call?: CallOptions,
  ): AsyncIterable<WriteResult> {
    const batches = batched(rows, this.#batchSize);
    if (!this.#platform.bidirectional) {
      for await (const batch of batches) {
        yield* await this.writeFeatures(batch, call);
      }
      return;
    }
    async function* requests() {
      let sequence = 0n;
      for await (const batch of batches) {
        yield create(StreamFeaturesRequestSchema, { sequence: ++sequence, rows: batch });
      }
    }
    for await (const reply of this.service(FeatureStoreService).streamFeatures(requests(), this.#streaming(call))) {
      yield* reply.results;
    }
  }

  /** Every promotion that a person can use now or will be able to use, best first. */
  async *listOffers(options: OfferOptions = {}, call?: CallOptions): AsyncIterable<Offer> {
    const { userId, person, types, at, ...fields } = options;
    const request = {
      ...fields,
      types: [...(types ?? [])],
      person: person ?? { userId: userId ?? "" },
      atUnixMs: unixMs(at),
    };
    for await (const page of this.pages(PromotionService.method.listOffers, request, call)) {
      yield* page.offers;
    }
  }

  /** Every promotion of the shop, by id. */
  async *listPromotions(
    options: { readonly types?: readonly PromotionType[]; readonly liveOnly?: boolean; readonly pageSize?: number } = {},
    call?: CallOptions,
  ): AsyncIterable<Promotion> {
    const request = { ...options, types: [...(options.types ?? [])] };
    for await (const page of this.pages(PromotionService.method.listPromotions, request, call)) {
      yield* page.promotions;
    }
  }

  /** Every item of the catalogue, by id. */
  async *listItems(options: { readonly pageSize?: number } = {}, call?: CallOptions): AsyncIterable<Item> {
    for await (const page of this.pages(CatalogueService.method.listItems, options, call)) {
      yield* page.items;
    }
  }

  /** All pages of any rpc that has pageToken, fetched as they are needed. */
  async *pages<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I> & { readonly pageToken?: never },
    call: CallOptions = {},
  ): AsyncIterable<MessageShape<O>> {
    const next = create(method.input, request) as MessageShape<I> & { pageToken: string };
    for (;;) {
      const reply = await this.transport.unary(method, call.signal, call.timeoutMs, call.headers, next as never);
      yield reply.message;
      next.pageToken = (reply.message as { nextPageToken?: string }).nextPageToken ?? "";
      if (next.pageToken === "") {
        return;
      }
    }
  }

  #streaming(call: CallOptions = {}): CallOptions {
    return { timeoutMs: this.#streamTimeoutMs, ...call };
  }
}

function unixMs(at: Date | undefined): bigint {
  return BigInt(at?.getTime() ?? 0);
}

function pageContext(moment: PageMoment) {
  return {
    channel: moment.channel ?? "",
    region: moment.region ?? "",
    language: moment.language ?? "",
    page: moment.page ?? "",
    cartItemIds: [...(moment.cartItemIds ?? [])],
    atUnixMs: unixMs(moment.at),
  };
}

function turn(text: string, { cart, ...fields }: ChatOptions) {
  return create(ChatRequestSchema, {
    ...fields,
    text,
    // Repeated after a broken connection, it is still one turn.
    turnId: fields.turnId || uuid(),
    ...(cart === undefined ? {} : { cart: cart.message }),
  });
}

async function* batched<T>(each: Iterable<T> | AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let batch: T[] = [];
  for await (const one of each) {
    batch.push(one);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}
