package dev.sluice.playground.network;

import dev.sluice.playground.sample.PodNetwork;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The network over HTTP, on loopback: a proxy for callers in the cluster, who name hosts of the
/// cluster, and a gateway for callers outside, who send a Host header. Nothing is ever sent to
/// another machine.
public final class DataPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int MOST_CONNECTIONS = 512;

  /// As Envoy takes.
  private static final int MOST_HEADER_BYTES = 60 * 1024;

  private static final int MOST_HEADERS = 100;

  /// The port of Gateway objects that the gateway stands for.
  private static final int GATEWAY_PORT = 80;

  private final RouteTables tables;
  private final Telemetry telemetry;
  private final ExternalServices external;
  private final Backends backends;
  private final HttpServer proxy;
  private final HttpServer gateway;
  private final HttpClient client;

  private DataPlane(
      Vertx vertx,
      RouteTables tables,
      Telemetry telemetry,
      PodNetwork pods,
      ExternalServices external,
      boolean sidecarsInPods) {
    this.tables = tables;
    this.telemetry = telemetry;
    this.external = external;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(2_000)
                .setKeepAlive(true)
                .setKeepAliveTimeout(30)
                .setMaxHeaderSize(MOST_HEADER_BYTES)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    this.backends =
        new Backends(
            vertx, client, pods, tables, telemetry, InstantSource.system(), sidecarsInPods);
    var options =
        new HttpServerOptions()
            .setMaxHeaderSize(MOST_HEADER_BYTES)
            .setMaxInitialLineLength(MOST_HEADER_BYTES)
            .setHandle100ContinueAutomatically(true);
    this.proxy = vertx.createHttpServer(options).requestHandler(this::proxied);
    this.gateway = vertx.createHttpServer(options).requestHandler(this::fromOutside);
  }

  /// Starts listening and returns when both ports are open. Do not call from an event loop.
  ///
  /// @param proxyPort 0 for any free one
  /// @param gatewayPort 0 for any free one
  /// @throws IllegalStateException for a port in use, naming it
  public static DataPlane start(
      Vertx vertx,
      RouteTables tables,
      Telemetry telemetry,
      PodNetwork pods,
      ExternalServices external,
      int proxyPort,
      int gatewayPort) {
    return start(vertx, tables, telemetry, pods, external, proxyPort, gatewayPort, true);
  }

  static DataPlane start(
      Vertx vertx,
      RouteTables tables,
      Telemetry telemetry,
      PodNetwork pods,
      ExternalServices external,
      int proxyPort,
      int gatewayPort,
      boolean sidecarsInPods) {
    var plane = new DataPlane(vertx, tables, telemetry, pods, external, sidecarsInPods);
    try {
      listen(plane.proxy, proxyPort, "the network's proxy");
      listen(plane.gateway, gatewayPort, "the gateway");
      return plane;
    } catch (IllegalStateException e) {
      plane.close();
      throw e;
    }
  }

  private static void listen(HttpServer server, int port, String what) {
    try {
      server
          .listen(port, LOOPBACK.getHostAddress())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "cannot open port " + port + " for " + what + ": " + e.getCause(), e);
    }
  }

  /// Where callers in the cluster point `http_proxy`.
  public int proxyPort() {
    return proxy.actualPort();
  }

  /// Where outside traffic arrives; routed by its Host header.
  public int gatewayPort() {
    return gateway.actualPort();
  }

  private void fromOutside(HttpServerRequest request) {
    var authority = request.authority();
    var target = request.uri();
    if (authority == null || !target.startsWith("/")) {
      say(request, 400, "the gateway wants a path and a Host header\n");
      return;
    }
    var head = HttpHeads.head(request, authority.toString(), target);
    routed(request, Caller.Gateway.INGRESS, GATEWAY_PORT, head);
  }

  private void proxied(HttpServerRequest request) {
    if (request.method().equals(HttpMethod.CONNECT)) {
      say(
          request,
          405,
          "the playground's network carries plain HTTP only, no tunnels: use an http:// address\n");
      return;
    }
    Caller caller;
    try {
      caller = Credentials.caller(request.getHeader("proxy-authorization"));
    } catch (IllegalArgumentException e) {
      request.response().putHeader("proxy-authenticate", "Basic realm=\"playground\"");
      say(request, 407, e.getMessage() + "\n");
      return;
    }
    var uri = request.uri();
    if (!uri.regionMatches(true, 0, "http://", 0, 7)) {
      say(
          request,
          400,
          "this is the cluster's network, an HTTP proxy: ask it for whole addresses, as in"
              + " curl -x http://127.0.0.1:%d http://NAME.NAMESPACE/\n".formatted(proxyPort()));
      return;
    }
    var slash = indexOfAny(uri, 7);
    var authority = uri.substring(7, slash);
    var target = uri.substring(slash);
    if (target.isEmpty() || target.charAt(0) != '/') {
      target = "/" + target;
    }
    authority = authority.substring(authority.lastIndexOf('@') + 1);
    var port = HttpHeads.port(authority);
    if (port.isEmpty() || RequestHead.hostOf(authority).isEmpty()) {
      say(request, 400, "'" + authority + "' is no host with an optional port\n");
      return;
    }
    var host = RequestHead.hostOf(authority);
    var head = HttpHeads.head(request, authority, target);
    var beside = external.find(host, port.getAsInt(), caller.namespace());
    if (beside.isPresent()) {
      backends.pass(request, head, beside.get());
    } else {
      routed(request, caller, port.getAsInt(), head);
    }
  }

  private static int indexOfAny(String uri, int from) {
    for (var i = from; i < uri.length(); i++) {
      if ("/?#".indexOf(uri.charAt(i)) >= 0) {
        return i;
      }
    }
    return uri.length();
  }

  private void routed(HttpServerRequest request, Caller caller, int port, RequestHead head) {
    if (head.headers().all().size() > MOST_HEADERS) {
      say(request, 431, "a request may have " + MOST_HEADERS + " headers\n");
      return;
    }
    var decision = tables.route(caller, port, head, ThreadLocalRandom.current());
    switch (decision) {
      case RouteDecision.Forward forward -> backends.forward(request, caller, head, forward);
      case RouteDecision.Local local -> backends.answer(request, caller, head, local);
      case RouteDecision.Unknown _, RouteDecision.Passthrough _ -> {
        var end = new Telemetry.End(502, List.of(), Duration.ZERO, 0, 0);
        telemetry.outside(caller, head, "BlackHoleCluster", end);
        say(request, 502, foreign(head.host(), port, caller.namespace()));
      }
    }
  }

  private static String foreign(String host, int port, String namespace) {
    return """
    '%s' is not in the cluster: no Service and no VirtualService has this name on port %d \
    for a caller in namespace %s. The playground's network never leaves this machine.
    """
        .formatted(host, port, namespace);
  }

  private static void say(HttpServerRequest request, int status, String text) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "text/plain; charset=utf-8")
        .end(text);
  }

  /// Closes both ports and every connection; requests under way break. Do not call from an event
  /// loop.
  @Override
  public void close() {
    try {
      Future.join(proxy.close(), gateway.close(), client.close())
          .toCompletionStage()
          .toCompletableFuture()
          .get(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().addKeyValue("why", e.toString()).log("the network did not close in time");
    }
  }
}
