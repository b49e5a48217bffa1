// SPDX-License-Identifier: Apache-2.0
/// The sample shop: items, people, promotions and weeks of behaviour, made from a seed.
@NullMarked
package dev.proffer.app.shop;

import org.jspecify.annotations.NullMarked;
