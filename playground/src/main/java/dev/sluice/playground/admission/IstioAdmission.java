package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Admission;
import java.util.List;

/// Istio's validating webhook: refuses what would do harm, warns of what does nothing.
public final class IstioAdmission implements Admission {
  private static final String DRY_RUN = "istio.io/dry-run";

  @Override
  public String webhook() {
    return "validation.istio.io";
  }

  @Override
  public Review review(ObjectNode object) {
    var found = new Findings();
    var metadata = object.path("metadata");
    if (!object.path("apiVersion").asText("").startsWith("networking.istio.io/")) {
      return Review.FINE;
    }
    if (metadata.path("annotations").has(DRY_RUN)) {
      found.error(
          "%s/%s has unsupported annotation %s, please remove the annotation"
              .formatted(
                  metadata.path("namespace").asText(""),
                  metadata.path("name").asText(""),
                  DRY_RUN));
    } else {
      switch (object.path("kind").asText("")) {
        case "VirtualService" -> VirtualServiceCheck.check(object, found);
        case "DestinationRule" -> DestinationRuleCheck.check(object, found);
        case "Gateway" -> GatewayCheck.check(object, found);
        default -> {
          // Kinds that nobody here looks at.
        }
      }
    }
    var denial = found.failure().map(why -> "configuration is invalid: " + why);
    return new Review(denial.isPresent() ? List.of() : found.warnings(), denial);
  }
}
