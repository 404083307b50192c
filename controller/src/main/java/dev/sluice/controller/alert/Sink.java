package dev.sluice.controller.alert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.http.Http;
import java.net.URI;
import java.util.Optional;

/// One kind of receiver: how a message looks there, and what its answer means. Pure; sending exists
/// once, elsewhere.
interface Sink {

  /// As in `spec.type` of an AlertProvider.
  String type();

  /// What is posted.
  JsonNode payload(AlertMessage message, Destination to);

  /// Where it is posted, given the address that a person wrote.
  default URI address(URI given) {
    return given;
  }

  /// Why the receiver did not take the message although it answered with success, in one clause
  /// without secrets; empty when it took it.
  default Optional<String> refusal(Http.Response answer) {
    return Optional.empty();
  }
}
