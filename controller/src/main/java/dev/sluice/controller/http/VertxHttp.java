package dev.sluice.controller.http;

import dev.sluice.controller.http.HttpFailure.Cause;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One try over Vert.x, without any policy: the event loop reads, the calling thread waits.
final class VertxHttp implements Http {
  private final Vertx vertx;
  private final HttpClient client;

  /// @param connections most to one host
  VertxHttp(Vertx vertx, int connections) {
    this.vertx = vertx;
    this.client =
        vertx
            .httpClientBuilder()
            .with(new HttpClientOptions().setDecompressionSupported(false))
            .with(new PoolOptions().setHttp1MaxSize(connections))
            .build();
  }

  @Override
  public Response send(Request request) throws HttpFailure, InterruptedException {
    RequestOptions options;
    try {
      options = options(request);
    } catch (IllegalArgumentException e) {
      throw new HttpFailure(Cause.INVALID, String.valueOf(e.getMessage()));
    }
    var sent = new AtomicReference<@Nullable HttpClientRequest>();
    Promise<Response> answer = Promise.promise();
    // On one event loop from the beginning: seen from another thread, an answer may have ended
    // before
    // there is a handler for its body.
    vertx
        .getOrCreateContext()
        .runOnContext(_ ->
            client
                .request(options)
                .compose(outgoing -> {
                  sent.set(outgoing);
                  return request.body().length == 0
                      ? outgoing.send()
                      : outgoing.send(Buffer.buffer(request.body()));
                })
                .compose(incoming -> read(incoming, request))
                .onComplete(answer));
    try {
      return answer
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(request.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      abandon(sent);
      throw new HttpFailure(
          Cause.NO_ANSWER,
          request.host() + " did not answer within " + request.timeout().toMillis() + " ms");
    } catch (InterruptedException e) {
      abandon(sent);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HttpFailure failure) {
        throw failure;
      }
      throw new HttpFailure(
          Cause.NO_ANSWER, request.host() + " did not answer: " + why(e.getCause(), request));
    }
  }

  private static Future<Response> read(HttpClientResponse incoming, Request request) {
    Promise<Response> whole = Promise.promise();
    Buffer body = Buffer.buffer();
    incoming.handler(part -> {
      if (body.length() + part.length() > request.maxBytes()) {
        whole.tryFail(HttpFailure.tooLong(request, incoming.statusCode()));
        incoming.request().reset();
      } else {
        body.appendBuffer(part);
      }
    });
    incoming.exceptionHandler(whole::tryFail);
    incoming.endHandler(_ ->
        whole.tryComplete(new Response(incoming.statusCode(), headers(incoming), body.getBytes())));
    return whole.future();
  }

  private static Map<String, List<String>> headers(HttpClientResponse incoming) {
    var headers = new LinkedHashMap<String, List<String>>();
    for (Map.Entry<String, String> header : incoming.headers()) {
      headers
          .computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(header.getValue());
    }
    return headers;
  }

  private static void abandon(AtomicReference<@Nullable HttpClientRequest> sent) {
    HttpClientRequest request = sent.get();
    if (request != null) {
      var _ = request.reset();
    }
  }

  /// @throws IllegalArgumentException when it cannot be sent as it is
  private static RequestOptions options(Request request) {
    URI uri = request.uri();
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    if (uri.getHost() == null || !(tls || "http".equalsIgnoreCase(uri.getScheme()))) {
      throw new IllegalArgumentException("an address looks like http://host/path");
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(request.method()))
            .setSsl(tls)
            .setHost(uri.getHost())
            .setPort(uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort())
            .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
            .setFollowRedirects(false)
            .setHeaders(MultiMap.caseInsensitiveMultiMap())
            .setConnectTimeout(request.timeout().toMillis());
    if (tls) {
      options.setSslOptions(
          new ClientSSLOptions()
              .setTrustAll(!request.verifyTls())
              .setHostnameVerificationAlgorithm(request.verifyTls() ? "HTTPS" : ""));
    }
    request.proxy().ifPresent(proxy -> options.setProxyOptions(proxy(proxy)));
    if (uri.getUserInfo() != null) {
      options.putHeader(
          "authorization",
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(uri.getUserInfo().getBytes(StandardCharsets.UTF_8)));
    }
    for (Map.Entry<String, List<String>> header : request.headers().entrySet()) {
      if (header.getValue().stream().anyMatch(VertxHttp::breaksLine)) {
        throw new IllegalArgumentException("header " + header.getKey() + " holds a line break");
      }
      options.getHeaders().add(header.getKey(), header.getValue());
    }
    return options;
  }

  private static boolean breaksLine(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
  }

  private static ProxyOptions proxy(Proxy proxy) {
    ProxyOptions options =
        new ProxyOptions().setType(ProxyType.HTTP).setHost(proxy.host()).setPort(proxy.port());
    if (!proxy.user().isEmpty()) {
      options.setUsername(proxy.user()).setPassword(proxy.password());
    }
    return options;
  }

  /// By kind and not by message, which may hold an address with its path.
  private static String why(@Nullable Throwable cause, Request request) {
    String through = request.proxy().map(proxy -> " (through proxy " + proxy + ")").orElse("");
    for (@Nullable Throwable at = cause; at != null; at = at.getCause()) {
      String known =
          switch (at) {
            case UnknownHostException _ -> "unknown host";
            case NoRouteToHostException _ -> "no route to it";
            case ConnectException _ -> "connection refused";
            case SSLException _ -> "its TLS certificate or handshake was not accepted";
            default -> null;
          };
      if (known != null) {
        return known + through;
      }
    }
    return "the connection was lost" + through;
  }

  void close() {
    var _ = client.close();
  }
}
