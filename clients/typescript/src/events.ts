// SPDX-License-Identifier: Apache-2.0
import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { Event } from "./gen/proffer/featurestore/v1/event_pb.js";
import { EventSchema, EventType } from "./gen/proffer/featurestore/v1/event_pb.js";
import { uuid } from "./uuid.js";

type Fields = Omit<MessageInitShape<typeof EventSchema>, "$typeName" | "$unknown" | "type" | "eventTimeUnixMs">;

/** What every event may say. The id and the time are filled in; give them yourself to record the past. */
export type About = Pick<Fields, "eventId" | "userId" | "sessionId" | "channel" | "region" | "attributes"> & {
  readonly at?: Date;
};

type Choice = Pick<Fields, "requestId" | "position">;
type Subject = Choice & Pick<Fields, "itemId" | "promotionId">;

function event(type: EventType, { at, ...fields }: Fields & { readonly at?: Date }): Event {
  return create(EventSchema, {
    ...fields,
    type,
    eventId: fields.eventId || uuid(),
    eventTimeUnixMs: BigInt((at ?? new Date()).getTime()),
  });
}

/** An item or promotion was shown; requestId and position are those of the recommendation. */
export const impression = (about: About & Subject): Event => event(EventType.IMPRESSION, about);

/** An item or promotion was opened. */
export const click = (about: About & Subject): Event => event(EventType.CLICK, about);

/** An item was put into the cart. */
export const addToCart = (about: About & Choice & { itemId: string; quantity?: number }): Event =>
  event(EventType.ADD_TO_CART, { quantity: 1, ...about });

/** An item was bought, at this price for one unit. */
export const purchase = (
  about: About &
    Pick<Fields, "requestId" | "promotionId" | "orderId"> & {
      itemId: string;
      unitPriceMinorUnits: bigint;
      currency: string;
      quantity?: number;
    },
): Event => event(EventType.PURCHASE, { quantity: 1, ...about });

/** An item was rated from 1 to 5. */
export const review = (about: About & { itemId: string; rating: number; text?: string }): Event =>
  event(EventType.REVIEW, about);

/** A text was searched for. */
export const search = (about: About & { query: string }): Event => event(EventType.SEARCH, about);

/** A promotion was used. */
export const redemption = (about: About & { promotionId: string; orderId?: string }): Event =>
  event(EventType.REDEMPTION, about);
