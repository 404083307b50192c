package dev.sluice.playground.network;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;

/// Sends requests to a port of this machine, with any target and Host, and waits for answers.
final class HttpCaller implements AutoCloseable {
  private final Vertx vertx;
  private final HttpClient client;

  HttpCaller(Vertx vertx) {
    this.vertx = vertx;
    this.client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(64));
  }

  record Answer(int status, Headers headers, String body) {}

  /// Through the proxy.
  ///
  /// @param who a workload or labels
  Answer viaProxy(
      int port,
      String namespace,
      String who,
      String method,
      String url,
      Headers headers,
      String body) {
    var authority = url.substring("http://".length()).split("[/?]", 2)[0];
    return call(
        port,
        method,
        url,
        headers
            .set("host", authority)
            .set("proxy-authorization", Credentials.header(namespace, who)),
        body);
  }

  Answer call(int port, String method, String uri, Headers headers, String body) {
    var options =
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setMethod(HttpMethod.valueOf(method))
            .setURI(uri);
    var promise = Promise.<Answer>promise();
    // On one thread from the first step to the last, or the body might come before its reader.
    vertx.runOnContext(_ ->
        client
            .request(options)
            .compose(request -> {
              headers.all().forEach(h -> request.headers().add(h.name(), h.value()));
              return body.isEmpty() ? request.send() : request.send(Buffer.buffer(body));
            })
            .compose(HttpCaller::answer)
            .onComplete(promise));
    return promise
        .future()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
  }

  private static Future<Answer> answer(HttpClientResponse response) {
    return response
        .body()
        .map(b ->
            new Answer(response.statusCode(), HttpHeads.headers(response.headers()), b.toString()));
  }

  @Override
  public void close() {
    client.close();
  }
}
