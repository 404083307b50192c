package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/// The API server without a network: the HTTP front, the playground's own controllers and the
/// simulation all come through here. Thread-safe; every call is atomic.
public interface ApiServer {

  /// Answers anything but a watch, at once.
  Answer handle(Call call);

  /// Starts a watch; frames such as `{"type":"ADDED","object":{…}}` go to the consumer in order,
  /// the present state before this method returns where the call asks for it. The consumer must not
  /// block and must not call back into the server.
  ///
  /// @return ends the watch
  AutoCloseable watch(Call call, Consumer<ObjectNode> frames);
}
