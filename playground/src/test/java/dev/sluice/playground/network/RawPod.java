package dev.sluice.playground.network;

import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.PodNetwork;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Every pod of a mesh as one bare server: a test says byte by byte what happens on a connection.
final class RawPod implements PodNetwork, AutoCloseable {
  /// What a pod does on one connection; it is closed afterwards.
  interface Behaviour {
    void on(Line line) throws IOException;
  }

  private final ServerSocket server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  RawPod(Behaviour behaviour) {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(() -> accept(behaviour));
  }

  private void accept(Behaviour behaviour) {
    while (!server.isClosed()) {
      try {
        var socket = server.accept();
        open.add(socket);
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                behaviour.on(new Line(socket));
              } catch (IOException e) {
                // The other side went away, which is what some tests want.
              }
            });
      } catch (IOException e) {
        return;
      }
    }
  }

  @Override
  public Optional<PodFacts> pod(String ip) {
    return Optional.empty();
  }

  @Override
  public Optional<InetSocketAddress> address(String ip, int port) {
    return Optional.of(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
  }

  @Override
  public void close() {
    try {
      server.close();
      for (var socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// One connection, spoken by hand.
  record Line(Socket socket, InputStream in, OutputStream out) implements AutoCloseable {
    Line(Socket socket) throws IOException {
      this(socket, new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
    }

    static Line to(int port) {
      try {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return new Line(socket);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Line say(String text) throws IOException {
      out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      return this;
    }

    /// The lines of a head, without the empty one.
    List<String> head() throws IOException {
      var lines = new ArrayList<String>();
      for (var line = line(); !line.isEmpty(); line = line()) {
        lines.add(line);
      }
      return lines;
    }

    String line() throws IOException {
      var line = new StringBuilder();
      for (var c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("the other side hung up after '" + line + "'");
        }
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    String chunk() throws IOException {
      var text = bytes(Integer.parseInt(line(), 16));
      line();
      return text;
    }

    String bytes(int length) throws IOException {
      return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    boolean hungUp() throws IOException {
      return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
