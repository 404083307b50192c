package dev.sluice.playground.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one repository over Git's smart HTTP protocol, for fetch and push, to this machine only
/// and without asking who calls. It uses the JDK's server, as JGit wants streams.
public final class GitServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GitServer.class);
  private static final String UPLOAD = "git-upload-pack";
  private static final String RECEIVE = "git-receive-pack";
  private static final long MAX_REQUEST = 64L << 20;
  private static final int TIMEOUT_SECONDS = 30;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Repository repository;
  private final String path;
  private volatile boolean refusing;

  private GitServer(HttpServer server, DeliveryRepository delivery, String path) {
    this.server = server;
    this.repository = delivery.repository();
    this.path = path;
  }

  /// @param name the repository's name in URLs, such as `delivery.git`
  /// @param port 0 for any
  /// @throws IOException when the port is taken
  public static GitServer start(DeliveryRepository delivery, String name, int port)
      throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    var git = new GitServer(HttpServer.create(address, 0), delivery, "/" + name);
    git.server.setExecutor(git.threads);
    git.server.createContext("/", git::answer);
    git.server.start();
    return git;
  }

  /// Whether from now on every fetch and push is refused.
  public void refuse(boolean everybody) {
    refusing = everybody;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /// Such as `http://127.0.0.1:40001/delivery.git`.
  public String url() {
    return "http://127.0.0.1:" + port() + path;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var method = exchange.getRequestMethod();
      var asked = exchange.getRequestURI().getPath();
      var query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
      if (refusing) {
        refuse(exchange, 503, "the Git server is out of order on purpose");
      } else if (method.equals("GET") && asked.equals(path + "/info/refs")) {
        switch (query) {
          case "service=" + UPLOAD -> advertise(exchange, UPLOAD);
          case "service=" + RECEIVE -> advertise(exchange, RECEIVE);
          default -> refuse(exchange, 403, "only Git's smart HTTP protocol is served");
        }
      } else if (method.equals("POST") && asked.equals(path + "/" + UPLOAD)) {
        serve(exchange, UPLOAD);
      } else if (method.equals("POST") && asked.equals(path + "/" + RECEIVE)) {
        serve(exchange, RECEIVE);
      } else {
        refuse(exchange, 404, "the repository is at " + url());
      }
    } catch (IOException | RuntimeException e) {
      // What was sent already cannot be taken back; the client sees a broken answer.
      LOG.atInfo().setCause(e).log("a Git request failed");
      throw e;
    }
  }

  private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
    var body = (why + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private void advertise(HttpExchange exchange, String service) throws IOException {
    begin(exchange, "application/x-" + service + "-advertisement");
    var lines = new PacketLineOut(exchange.getResponseBody());
    var advertiser = new PacketLineOutRefAdvertiser(lines);
    if (service.equals(UPLOAD)) {
      var upload = upload(exchange);
      upload.sendAdvertisedRefs(advertiser, UPLOAD);
    } else {
      lines.writeString("# service=" + RECEIVE + "\n");
      lines.end();
      receive().sendAdvertisedRefs(advertiser);
    }
  }

  private void serve(HttpExchange exchange, String service) throws IOException {
    InputStream in = exchange.getRequestBody();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      in = new GZIPInputStream(in);
    }
    in = new Limited(in, MAX_REQUEST);
    begin(exchange, "application/x-" + service + "-result");
    OutputStream out = exchange.getResponseBody();
    if (service.equals(UPLOAD)) {
      upload(exchange).upload(in, out, OutputStream.nullOutputStream());
    } else {
      receive().receive(in, out, OutputStream.nullOutputStream());
    }
  }

  private static void begin(HttpExchange exchange, String type) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-cache");
    exchange.sendResponseHeaders(200, 0);
  }

  private UploadPack upload(HttpExchange exchange) {
    var upload = new UploadPack(repository);
    upload.setBiDirectionalPipe(false);
    upload.setTimeout(TIMEOUT_SECONDS);
    var protocol = exchange.getRequestHeaders().getFirst("Git-Protocol");
    if (protocol != null) {
      upload.setExtraParameters(List.of(protocol.split(":")));
    }
    return upload;
  }

  private ReceivePack receive() {
    var receive = new ReceivePack(repository);
    receive.setBiDirectionalPipe(false);
    receive.setTimeout(TIMEOUT_SECONDS);
    receive.setMaxPackSizeLimit(MAX_REQUEST);
    return receive;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  /// Breaks off a request that is larger than anybody needs here, also after unpacking.
  private static final class Limited extends FilterInputStream {
    private long left;

    Limited(InputStream in, long limit) {
      super(in);
      this.left = limit;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      count(Math.max(read, 0));
      return read;
    }

    private void count(int read) throws IOException {
      left -= read;
      if (left < 0) {
        throw new IOException("a Git request is larger than " + MAX_REQUEST + " bytes");
      }
    }
  }
}
