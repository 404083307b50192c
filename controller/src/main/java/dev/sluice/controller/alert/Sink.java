package dev.sluice.controller.alert;

import dev.sluice.controller.http.Http;
import java.util.Optional;

/// One kind of receiver: how a message looks there, and what its answer means. Pure; sending exists
/// once, elsewhere.
interface Sink {

  /// As in `spec.type` of an AlertProvider.
  String type();

  Http.Request request(AlertMessage message, Destination to);

  /// Why the receiver did not take the message, in one clause without secrets; empty when it did.
  Optional<String> refusal(Http.Response answer);
}
