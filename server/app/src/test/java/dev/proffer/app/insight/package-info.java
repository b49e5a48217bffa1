// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.insight;
