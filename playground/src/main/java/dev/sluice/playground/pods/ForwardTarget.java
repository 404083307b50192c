package dev.sluice.playground.pods;

import dev.sluice.playground.sample.PodNetwork;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;

/// The pod that ports are forwarded to.
///
/// @param ip of the pod in the cluster
record ForwardTarget(PodNetwork pods, NetClient dialer, String ip, String uid) {

  /// A connection to one port; it fails when nobody listens there. It is paused.
  Future<NetSocket> connect(int port) {
    return pods.address(ip, port)
        .map(address -> dialer.connect(address.getPort(), address.getHostString()))
        .orElseGet(() -> Future.failedFuture("connection refused"))
        .map(NetSocket::pause);
  }

  String failure(int port) {
    return "error forwarding port %d to pod %s, uid : failed to connect to localhost:%d: connection"
            .formatted(port, uid, port)
        + " refused";
  }

  /// Tells the pod that nothing more will come, and still takes its answer.
  static void finish(NetSocket socket) {
    socket
        .write(Buffer.buffer())
        .onSuccess(_ -> {
          if (socket instanceof NetSocketInternal own
              && own.channelHandlerContext().channel() instanceof DuplexChannel channel) {
            var _ = channel.shutdownOutput();
          }
        });
  }
}
