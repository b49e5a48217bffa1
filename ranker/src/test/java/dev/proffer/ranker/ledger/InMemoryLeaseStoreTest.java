// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

class InMemoryLeaseStoreTest extends LeaseStoreContract {
  @Override
  LeaseStore store() {
    return new InMemoryLeaseStore();
  }
}
