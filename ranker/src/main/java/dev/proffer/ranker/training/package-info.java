// SPDX-License-Identifier: Apache-2.0
/// Learning from the event log, and the report of how well it went.
@NullMarked
package dev.proffer.ranker.training;

import org.jspecify.annotations.NullMarked;
