package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.Storage;
import java.util.HashSet;
import java.util.Set;

/// Which addresses Services have. Used under the server's lock.
final class ServiceAddresses {
  /// What all of them begin with.
  static final String RANGE = "10.96.";

  private static final String SERVICES = "/services";
  private static final int SECOND = 256;
  private static final int LAST = 254;

  private final Set<String> taken = new HashSet<>();

  ServiceAddresses(Storage storage) {
    storage.list(SERVICES, "").forEach(service -> taken.add(of(service)));
    storage.listen(this::changed);
  }

  private void changed(Change change) {
    if (!change.key().resource().equals(SERVICES)) {
      return;
    }
    change.before().ifPresent(service -> taken.remove(of(service)));
    if (change.type() != Change.Type.DELETED) {
      taken.add(of(change.object()));
    }
  }

  private static String of(ObjectNode service) {
    return service.at("/spec/clusterIP").asText();
  }

  boolean taken(String ip) {
    return taken.contains(ip);
  }

  /// An address that no Service has.
  ///
  /// @param state throws the dice
  /// @throws Refusal when there is none left
  String free(State state) {
    int all = SECOND * LAST;
    int first = state.dice(SECOND) * LAST + state.dice(LAST);
    for (int i = 0; i < all; i++) {
      int number = (first + i) % all;
      var ip = RANGE + number / LAST + "." + (1 + number % LAST);
      if (!taken.contains(ip)) {
        return ip;
      }
    }
    throw Refusal.internal("failed to allocate a serviceIP: range is full");
  }
}
