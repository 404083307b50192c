package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// Somebody who is asked before an object is stored, as a validating webhook is: after every check
/// of the server's own, for new and changed objects, not for their subresources.
public interface Admission {

  /// The name of the webhook, which refusals begin with.
  String webhook();

  /// @param object as it would be stored, in the version of the request
  Review review(ObjectNode object);

  /// @param warnings for the client's eyes
  /// @param denial why the object is refused; empty when it is not
  record Review(List<String> warnings, Optional<String> denial) {
    public static final Review FINE = new Review(List.of(), Optional.empty());

    public Review {
      warnings = List.copyOf(warnings);
    }
  }
}
