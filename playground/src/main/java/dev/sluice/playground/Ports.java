package dev.sluice.playground;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/// The ports of a playground, remembered in its folder: a restart keeps those that are still free,
/// so that kubeconfigs and remotes of Git stay right.
final class Ports {
  private final Path file;
  private final Properties remembered = new Properties();

  Ports(Path folder) {
    this.file = folder.resolve("ports.properties");
    if (Files.isReadable(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        remembered.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        remembered.clear();
      }
    }
  }

  /// A port for the name: last time's if it is free, else any free one.
  int choose(String name) {
    var last = remembered.getProperty(name, "0");
    int port = last.matches("[1-9]\\d{0,4}") ? Integer.parseInt(last) : 0;
    return port > 0 && port <= 65_535 && free(port) ? port : any();
  }

  /// @throws UserError when somebody else listens on it
  static int require(int port) throws UserError {
    if (!free(port)) {
      throw new UserError(
          "port %d is in use; give another one with --api-port, or none for any".formatted(port));
    }
    return port;
  }

  private static boolean free(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static int any() {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on 127.0.0.1", e);
    }
  }

  void remember(String name, int port) throws IOException {
    remembered.setProperty(name, Integer.toString(port));
    try (var writer = Files.newBufferedWriter(file)) {
      remembered.store(writer, "ports of the last start");
    }
  }
}
