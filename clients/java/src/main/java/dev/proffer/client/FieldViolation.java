// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

/// One field of a request that breaks its rule.
///
/// @param field its path, such as "cart.lines[0].quantity"
/// @param description what would be right
public record FieldViolation(String field, String description) {}
