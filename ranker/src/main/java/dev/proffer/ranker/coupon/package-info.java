// SPDX-License-Identifier: Apache-2.0
/// Coupons: codes that cannot be guessed, who holds them, and their single use.
@NullMarked
package dev.proffer.ranker.coupon;

import org.jspecify.annotations.NullMarked;
