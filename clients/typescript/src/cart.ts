// SPDX-License-Identifier: Apache-2.0
import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { Cart as CartMessage } from "./gen/proffer/promotion/v1/promotion_service_pb.js";
import { CartLineSchema, CartSchema } from "./gen/proffer/promotion/v1/promotion_service_pb.js";

/**
 * What a person is about to buy: `new Cart().add("sku-1", 2).code("SAVE10")`. Amounts are in minor units of the
 * currency; an empty currency is that of the catalogue.
 */
export class Cart {
  readonly message: CartMessage;

  constructor(
    about: Pick<
      MessageInitShape<typeof CartSchema>,
      "currency" | "shippingMinorUnits" | "channel" | "region" | "paymentMethod" | "points"
    > = {},
  ) {
    this.message = create(CartSchema, about);
  }

  /** Puts an item in; a price overrides that of the catalogue. */
  add(itemId: string, quantity = 1, unitPriceMinorUnits?: bigint): this {
    this.message.lines.push(
      create(CartLineSchema, {
        itemId,
        quantity,
        ...(unitPriceMinorUnits === undefined ? {} : { unitPriceMinorUnits }),
      }),
    );
    return this;
  }

  /** Enters promotion codes. */
  code(...codes: string[]): this {
    this.message.codes.push(...codes);
    return this;
  }
}
