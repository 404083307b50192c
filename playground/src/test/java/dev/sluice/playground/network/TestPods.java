package dev.sluice.playground.network;

import dev.sluice.playground.network.VirtualNetwork.Arrived;
import dev.sluice.playground.network.VirtualNetwork.Reply;
import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.PodNetwork;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Pods as real HTTP servers on loopback, answering as a test says.
final class TestPods implements PodNetwork, AutoCloseable {
  private record Address(String ip, int port) {}

  private final Vertx vertx;
  private final VirtualNetwork.Pods behaviour;
  private final boolean gateway;
  private final Map<Address, HttpServer> servers = new ConcurrentHashMap<>();
  private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();

  TestPods(Vertx vertx, VirtualNetwork.Pods behaviour) {
    this(vertx, behaviour, false);
  }

  /// @param gateway whether all requests come from a gateway, which marks them as it marks copies
  TestPods(Vertx vertx, VirtualNetwork.Pods behaviour, boolean gateway) {
    this.vertx = vertx;
    this.behaviour = behaviour;
    this.gateway = gateway;
  }

  TestPods run(Endpoint pod) {
    var server =
        vertx.createHttpServer().requestHandler(r -> r.body().onSuccess(b -> serve(pod, r, b)));
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    servers.put(new Address(pod.ip(), pod.port()), server);
    return this;
  }

  void stop(Endpoint pod) {
    var server = Objects.requireNonNull(servers.remove(new Address(pod.ip(), pod.port())));
    server.close().toCompletionStage().toCompletableFuture().join();
  }

  private void serve(Endpoint pod, HttpServerRequest request, Buffer body) {
    var head = HttpHeads.head(request, request.getHeader("host"), request.uri());
    arrived.add(
        new Arrived(pod, head, !gateway && head.headers().first("x-envoy-internal").isPresent()));
    bodies.add(body.toString());
    switch (behaviour.answer(pod, head)) {
      case Reply.Answered(var status, var headers, var after) ->
          later(
              after.toMillis(),
              () -> {
                if (!request.response().closed()) {
                  request.response().setStatusCode(status);
                  HttpHeads.put(headers, request.response().headers());
                  request.response().end(status == 204 ? "" : pod.pod() + "\n");
                }
              });
      case Reply.Closed(var after) -> later(after.toMillis(), () -> request.connection().close());
      case Reply.Down _, Reply.Gone _ ->
          throw new IllegalStateException("a pod that is not there was called");
    }
  }

  private void later(long millis, Runnable action) {
    if (millis == 0) {
      action.run();
    } else {
      vertx.setTimer(millis, _ -> action.run());
    }
  }

  List<Arrived> arrived() {
    return List.copyOf(arrived);
  }

  List<String> bodies() {
    return List.copyOf(bodies);
  }

  void forget() {
    arrived.clear();
    bodies.clear();
  }

  @Override
  public Optional<PodFacts> pod(String ip) {
    return Optional.empty();
  }

  @Override
  public Optional<InetSocketAddress> address(String ip, int port) {
    return Optional.ofNullable(servers.get(new Address(ip, port)))
        .map(s -> new InetSocketAddress(InetAddress.getLoopbackAddress(), s.actualPort()));
  }

  @Override
  public void close() {
    servers.values().forEach(HttpServer::close);
  }
}
