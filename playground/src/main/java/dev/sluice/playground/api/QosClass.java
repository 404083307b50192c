package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.schema.Quantity;
import java.util.ArrayList;
import java.util.List;

/// How well a Pod's resources are kept for it: by what its containers ask for and may use at most.
final class QosClass {
  private static final List<String> RESOURCES = List.of("cpu", "memory");

  private QosClass() {}

  /// @param spec of a Pod
  static String of(JsonNode spec) {
    var containers = new ArrayList<JsonNode>();
    spec.path("containers").forEach(containers::add);
    spec.path("initContainers").forEach(containers::add);
    boolean guaranteed = !containers.isEmpty();
    boolean any = false;
    for (var container : containers) {
      var resources = container.path("resources");
      for (var name : RESOURCES) {
        var limit = resources.path("limits").path(name);
        var request = resources.path("requests").path(name);
        any |= asks(limit) || asks(request);
        boolean equal =
            request.isMissingNode()
                || Quantity.amount(request).compareTo(Quantity.amount(limit)) == 0;
        guaranteed &= asks(limit) && equal;
      }
    }
    return guaranteed ? "Guaranteed" : any ? "Burstable" : "BestEffort";
  }

  private static boolean asks(JsonNode amount) {
    return !amount.isMissingNode() && Quantity.amount(amount).signum() > 0;
  }
}
