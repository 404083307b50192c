package dev.sluice.playground.pods;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Forwards ports over the channels of a WebSocket: of the n-th port, channel 2n carries data and
/// 2n+1 an error; the first message on each says which port it is. One connection per port. Lives
/// on one event loop.
final class ChannelTunnel {
  private static final int MOST_EARLY = 64;

  private final ServerWebSocket wire;
  private final ForwardTarget target;
  private final List<Integer> ports;
  private final Map<Integer, NetSocket> sockets = new HashMap<>();
  private final Map<Integer, List<Buffer>> early = new HashMap<>();

  ChannelTunnel(ServerWebSocket wire, ForwardTarget target, List<Integer> ports) {
    this.wire = wire;
    this.target = target;
    this.ports = List.copyOf(ports);
  }

  void begin() {
    wire.binaryMessageHandler(this::read);
    wire.closeHandler(_ -> sockets.values().forEach(NetSocket::close));
    wire.exceptionHandler(_ -> sockets.values().forEach(NetSocket::close));
    wire.drainHandler(_ -> sockets.values().forEach(NetSocket::resume));
    for (int i = 0; i < ports.size(); i++) {
      int port = ports.get(i);
      for (int channel = 2 * i; channel <= 2 * i + 1; channel++) {
        send(channel, Buffer.buffer(new byte[] {(byte) port, (byte) (port >> 8)}));
      }
      connect(2 * i, port);
    }
  }

  private void connect(int channel, int port) {
    early.put(channel, new ArrayList<>());
    target
        .connect(port)
        .onSuccess(socket -> {
          if (wire.isClosed()) {
            socket.close();
            return;
          }
          sockets.put(channel, socket);
          socket.handler(bytes -> {
            send(channel, bytes);
            if (wire.writeQueueFull()) {
              sockets.values().forEach(NetSocket::pause);
            }
          });
          socket.endHandler(_ -> gone(channel));
          socket.exceptionHandler(_ -> gone(channel));
          socket.drainHandler(_ -> wire.resume());
          var waiting = early.remove(channel);
          if (waiting != null) {
            waiting.forEach(socket::write);
          }
          socket.resume();
        })
        .onFailure(_ -> {
          send(channel + 1, Buffer.buffer(target.failure(port).getBytes(StandardCharsets.UTF_8)));
          gone(channel);
        });
  }

  private void gone(int channel) {
    sockets.remove(channel);
    early.remove(channel);
    if (sockets.isEmpty() && early.isEmpty()) {
      wire.close((short) 1000);
    }
  }

  private void read(Buffer message) {
    if (message.length() < 2) {
      return;
    }
    int channel = message.getUnsignedByte(0);
    var bytes = message.slice(1, message.length());
    var socket = sockets.get(channel);
    if (socket != null) {
      socket.write(bytes);
      if (socket.writeQueueFull()) {
        wire.pause();
      }
      return;
    }
    var waiting = early.get(channel);
    if (waiting != null && waiting.size() < MOST_EARLY) {
      waiting.add(bytes);
    } else if (waiting != null) {
      wire.close((short) 1009);
    }
  }

  private void send(int channel, Buffer bytes) {
    if (!wire.isClosed()) {
      wire.writeBinaryMessage(Buffer.buffer().appendByte((byte) channel).appendBuffer(bytes));
    }
  }
}
