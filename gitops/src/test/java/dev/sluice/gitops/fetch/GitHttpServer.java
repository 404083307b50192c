package dev.sluice.gitops.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;

/// One repository over smart HTTP, with the moods of a real server.
final class GitHttpServer implements AutoCloseable {
  private final BareRepository repository;
  private final HttpServer server;
  private final CountDownLatch closed = new CountDownLatch(1);

  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger packsSent = new AtomicInteger();
  volatile Optional<String> password = Optional.empty();
  volatile int status = 200;
  volatile boolean hanging;

  GitHttpServer(BareRepository repository) throws IOException {
    this(
        repository,
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  GitHttpServer(BareRepository repository, HttpServer server) {
    this.repository = repository;
    this.server = server;
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/team/app.git/", this::answer);
    server.start();
  }

  String url() {
    return (server instanceof HttpsServer ? "https" : "http")
        + "://127.0.0.1:"
        + server.getAddress().getPort()
        + "/team/app.git";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (hanging) {
        closed.await();
      } else if (status != 200) {
        if (status == 301) {
          exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/elsewhere");
        }
        exchange.sendResponseHeaders(status, -1);
      } else if (!allowed(exchange)) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
      } else if (exchange.getRequestURI().getPath().endsWith("/info/refs")) {
        advertise(exchange);
      } else {
        send(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean allowed(HttpExchange exchange) {
    String sent = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    return password
        .map(expected ->
            sent.equals("Bearer " + expected)
                || sent.equals(
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(("ada:" + expected).getBytes(StandardCharsets.UTF_8))))
        .orElse(true);
  }

  private void advertise(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    exchange
        .getResponseHeaders()
        .add("Content-Type", "application/x-git-upload-pack-advertisement");
    exchange.sendResponseHeaders(200, 0);
    var out = new PacketLineOut(exchange.getResponseBody());
    out.writeString("# service=git-upload-pack\n");
    out.end();
    try (var pack = new UploadPack(repository.repository())) {
      pack.setBiDirectionalPipe(false);
      pack.sendAdvertisedRefs(new PacketLineOutRefAdvertiser(out));
    }
  }

  private void send(HttpExchange exchange) throws IOException {
    packsSent.incrementAndGet();
    exchange.getResponseHeaders().add("Content-Type", "application/x-git-upload-pack-result");
    exchange.sendResponseHeaders(200, 0);
    InputStream body = exchange.getRequestBody();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      body = new GZIPInputStream(body);
    }
    try (var pack = new UploadPack(repository.repository())) {
      pack.setBiDirectionalPipe(false);
      pack.upload(body, exchange.getResponseBody(), null);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }
}
