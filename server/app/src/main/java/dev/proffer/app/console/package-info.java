// SPDX-License-Identifier: Apache-2.0
/// What people see: lines, tables, progress, failures.
@NullMarked
package dev.proffer.app.console;

import org.jspecify.annotations.NullMarked;
