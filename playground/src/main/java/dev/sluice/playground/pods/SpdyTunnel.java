package dev.sluice.playground.pods;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyHeaders;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Forwards ports over SPDY/3.1 inside a WebSocket, as kubectl speaks it since 1.31: per connection
/// one stream for data and one for an error, told apart by their headers. Lives on one event loop.
final class SpdyTunnel {
  private static final Logger LOG = LoggerFactory.getLogger(SpdyTunnel.class);
  private static final int MOST_HEADER_BYTES = 16 * 1024;
  private static final int MOST_CHUNK = 16 * 1024;
  private static final int MOST_CONNECTIONS = 500;
  private static final int MOST_EARLY_BYTES = 1024 * 1024;

  private final ServerWebSocket wire;
  private final ForwardTarget target;
  private final EmbeddedChannel codec =
      new EmbeddedChannel(
          new SpdyFrameCodec(SpdyVersion.SPDY_3_1, MOST_CHUNK, MOST_HEADER_BYTES, 6, 15, 8, true));
  private final Map<Integer, Connection> byDataStream = new HashMap<>();
  private final Map<String, Integer> errorStreams = new HashMap<>();
  private boolean over;

  SpdyTunnel(ServerWebSocket wire, ForwardTarget target) {
    this.wire = wire;
    this.target = target;
  }

  /// One connection to a port of the pod.
  private static final class Connection {
    private final int data;
    private final int error;
    private final List<Buffer> early = new ArrayList<>();
    private long earlyBytes;
    private boolean finished;
    private @Nullable NetSocket socket;

    Connection(int data, int error) {
      this.data = data;
      this.error = error;
    }
  }

  void begin() {
    wire.handler(this::read);
    wire.closeHandler(_ -> close());
    wire.exceptionHandler(_ -> close());
    wire.drainHandler(_ -> sockets().forEach(NetSocket::resume));
  }

  private List<NetSocket> sockets() {
    var sockets = new ArrayList<NetSocket>();
    for (var connection : byDataStream.values()) {
      if (connection.socket != null) {
        sockets.add(connection.socket);
      }
    }
    return sockets;
  }

  private void read(Buffer bytes) {
    if (over) {
      return;
    }
    try {
      codec.writeInbound(Unpooled.wrappedBuffer(bytes.getBytes()));
      for (Object frame = codec.readInbound(); frame != null; frame = codec.readInbound()) {
        try {
          take(frame);
        } finally {
          ReferenceCountUtil.release(frame);
        }
      }
    } catch (Exception e) {
      // The codec throws checked ones, too, without saying so.
      LOG.atInfo().setCause(e).log("a port-forward was broken off: its frames cannot be read");
      close();
    }
  }

  private void take(Object frame) {
    switch (frame) {
      case SpdySynStreamFrame opened -> open(opened);
      case SpdyDataFrame data -> data(data);
      case SpdyRstStreamFrame reset -> drop(reset.streamId());
      case SpdyPingFrame ping -> send(ping);
      default -> {
        // Settings, windows and farewells change nothing here: kubectl's library ignores windows.
      }
    }
  }

  private void open(SpdySynStreamFrame opened) {
    var headers = opened.headers();
    int stream = opened.streamId();
    var id = text(headers, "requestid");
    var port = text(headers, "port");
    boolean understood =
        !opened.isInvalid()
            && !opened.isTruncated()
            && port.matches("[1-9]\\d{0,4}")
            && Integer.parseInt(port) <= 65_535;
    var type = text(headers, "streamtype");
    if (understood && type.equals("error") && errorStreams.size() < MOST_CONNECTIONS) {
      errorStreams.put(id, stream);
      accept(stream);
    } else if (understood
        && type.equals("data")
        && errorStreams.containsKey(id)
        && byDataStream.size() < MOST_CONNECTIONS) {
      var connection = new Connection(stream, errorStreams.remove(id));
      byDataStream.put(stream, connection);
      accept(stream);
      connect(connection, Integer.parseInt(port));
    } else {
      send(new DefaultSpdyRstStreamFrame(stream, SpdyStreamStatus.REFUSED_STREAM));
    }
  }

  /// kubectl's library takes no reply without a block of headers, which an empty one has not.
  private void accept(int stream) {
    var reply = new DefaultSpdySynReplyFrame(stream);
    reply.headers().set("accepted", "true");
    send(reply);
  }

  private static String text(SpdyHeaders headers, String name) {
    var value = headers.get(name);
    return value == null ? "" : value.toString();
  }

  private void connect(Connection connection, int port) {
    target
        .connect(port)
        .onSuccess(socket -> {
          if (over || byDataStream.get(connection.data) != connection) {
            socket.close();
            return;
          }
          connection.socket = socket;
          socket.handler(bytes -> back(connection, bytes));
          socket.endHandler(_ -> end(connection, ""));
          socket.exceptionHandler(_ -> end(connection, ""));
          socket.drainHandler(_ -> wire.resume());
          connection.early.forEach(socket::write);
          connection.early.clear();
          if (connection.finished) {
            ForwardTarget.finish(socket);
          }
          socket.resume();
        })
        .onFailure(_ -> end(connection, target.failure(port)));
  }

  private void data(SpdyDataFrame frame) {
    var connection = byDataStream.get(frame.streamId());
    if (connection == null) {
      return;
    }
    var bytes = Buffer.buffer(ByteBufUtil.getBytes(frame.content()));
    var socket = connection.socket;
    if (socket == null) {
      connection.early.add(bytes);
      connection.earlyBytes += bytes.length();
      if (connection.earlyBytes > MOST_EARLY_BYTES) {
        drop(connection.data);
        send(new DefaultSpdyRstStreamFrame(connection.data, SpdyStreamStatus.FLOW_CONTROL_ERROR));
      }
    } else if (bytes.length() > 0) {
      socket.write(bytes);
      if (socket.writeQueueFull()) {
        wire.pause();
      }
    }
    if (frame.isLast()) {
      connection.finished = true;
      if (socket != null) {
        ForwardTarget.finish(socket);
      }
    }
  }

  private void back(Connection connection, Buffer bytes) {
    for (int from = 0; from < bytes.length(); from += MOST_CHUNK) {
      int to = Math.min(bytes.length(), from + MOST_CHUNK);
      send(
          new DefaultSpdyDataFrame(
              connection.data, Unpooled.wrappedBuffer(bytes.getBytes(from, to))));
    }
    if (wire.writeQueueFull()) {
      sockets().forEach(NetSocket::pause);
    }
  }

  /// @param failure empty when nothing went wrong
  private void end(Connection connection, String failure) {
    if (byDataStream.remove(connection.data) == null || over) {
      return;
    }
    var error = failure.getBytes(StandardCharsets.UTF_8);
    last(connection.error, error);
    last(connection.data, new byte[0]);
    wire.resume();
  }

  private void last(int stream, byte[] bytes) {
    var frame = new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes));
    frame.setLast(true);
    send(frame);
  }

  private void drop(int stream) {
    var connection = byDataStream.remove(stream);
    if (connection != null && connection.socket != null) {
      connection.socket.close();
    }
    wire.resume();
  }

  private void send(SpdyFrame frame) {
    if (over) {
      return;
    }
    codec.writeOutbound(frame);
    var bytes = Buffer.buffer();
    for (ByteBuf part = codec.readOutbound(); part != null; part = codec.readOutbound()) {
      bytes.appendBytes(ByteBufUtil.getBytes(part));
      part.release();
    }
    wire.write(bytes);
  }

  private void close() {
    if (over) {
      return;
    }
    over = true;
    sockets().forEach(NetSocket::close);
    byDataStream.clear();
    codec.finishAndReleaseAll();
    if (!wire.isClosed()) {
      wire.close((short) 1000);
    }
  }
}
