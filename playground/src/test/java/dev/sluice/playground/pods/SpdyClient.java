package dev.sluice.playground.pods;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// The client's side of a port-forward as kubectl 1.31 and later speak it.
final class SpdyClient implements AutoCloseable {
  private final WebSocketClient dialer;
  private final WebSocket wire;
  private final EmbeddedChannel codec =
      new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
  private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
  private final CompletableFuture<Boolean> pong = new CompletableFuture<>();
  private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
  private int next = 1;
  private int requests;

  private record Stream(StringBuilder text, CompletableFuture<String> whole) {}

  /// One forwarded connection.
  final class Connection {
    private final int data;
    private final Stream answers;
    private final Stream errors;

    private Connection(int data, Stream answers, Stream errors) {
      this.data = data;
      this.answers = answers;
      this.errors = errors;
    }

    /// Sends everything there is to send.
    void send(String text) {
      var frame = new DefaultSpdyDataFrame(data, Unpooled.copiedBuffer(text, UTF_8));
      frame.setLast(true);
      SpdyClient.this.send(frame);
    }

    /// All that came back, once the pod has ended it.
    String answer() throws Exception {
      return answers.whole().get(10, TimeUnit.SECONDS);
    }

    String error() throws Exception {
      return errors.whole().get(10, TimeUnit.SECONDS);
    }
  }

  private SpdyClient(WebSocketClient dialer, WebSocket wire) {
    this.dialer = dialer;
    this.wire = wire;
  }

  static SpdyClient open(Vertx vertx, int port, String path) throws Exception {
    var dialer = vertx.createWebSocketClient();
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI(path)
            .addSubProtocol("SPDY/3.1+portforward.k8s.io");
    var opened = new CompletableFuture<SpdyClient>();
    vertx.runOnContext(_ ->
        dialer
            .connect(options)
            .onSuccess(wire -> {
              var client = new SpdyClient(dialer, wire);
              wire.handler(client::read);
              wire.closeHandler(_ -> client.closed.complete(true));
              opened.complete(client);
            })
            .onFailure(opened::completeExceptionally));
    return opened.get(10, TimeUnit.SECONDS);
  }

  synchronized Connection connect(int port) {
    var id = Integer.toString(requests++);
    int errorStream = stream("error", port, id);
    var fin = new DefaultSpdyDataFrame(errorStream);
    fin.setLast(true);
    send(fin);
    int dataStream = stream("data", port, id);
    return new Connection(dataStream, known(dataStream), known(errorStream));
  }

  private Stream known(int stream) {
    return Objects.requireNonNull(streams.get(stream));
  }

  private int stream(String type, int port, String id) {
    int stream = next;
    next += 2;
    streams.put(stream, new Stream(new StringBuilder(), new CompletableFuture<>()));
    var frame = new DefaultSpdySynStreamFrame(stream, 0, (byte) 0);
    frame
        .headers()
        .set("streamtype", type)
        .set("port", Integer.toString(port))
        .set("requestid", id);
    send(frame);
    return stream;
  }

  boolean ping() throws Exception {
    send(new DefaultSpdyPingFrame(1));
    return pong.get(10, TimeUnit.SECONDS);
  }

  private synchronized void send(SpdyFrame frame) {
    codec.writeOutbound(frame);
    for (ByteBuf part = codec.readOutbound(); part != null; part = codec.readOutbound()) {
      sendRaw(ByteBufUtil.getBytes(part));
      part.release();
    }
  }

  /// In pieces that fall where they may, as they do on a wire.
  void sendRaw(byte[] bytes) {
    var all = Buffer.buffer(bytes);
    for (int from = 0; from < all.length(); from += 7_000) {
      var _ = wire.writeBinaryMessage(all.getBuffer(from, Math.min(all.length(), from + 7_000)));
    }
  }

  void awaitClose() throws Exception {
    closed.get(10, TimeUnit.SECONDS);
  }

  private synchronized void read(Buffer bytes) {
    codec.writeInbound(Unpooled.wrappedBuffer(bytes.getBytes()));
    for (Object frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
      switch (frame) {
        case SpdyDataFrame data -> {
          var stream = known(data.streamId());
          stream.text().append(data.content().toString(UTF_8));
          if (data.isLast()) {
            stream.whole().complete(stream.text().toString());
          }
          data.release();
        }
        case SpdyPingFrame _ -> pong.complete(true);
        default -> {}
      }
    }
  }

  @Override
  public void close() {
    var _ = wire.close();
    var _ = dialer.close();
    codec.finishAndReleaseAll();
  }
}
