package dev.sluice.playground.api;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;

/// Answers the requests that are about no object of the store, such as those for the log of a pod.
public interface SideDoor {

  /// @param path decoded, without query
  boolean takes(String path);

  /// Answers. Called on a virtual thread; the request is paused.
  ///
  /// @param context the request's; whatever touches the request runs on it
  void serve(Context context, HttpServerRequest request, Call call);
}
